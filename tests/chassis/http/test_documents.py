"""JSON texts to documents: what gets through is what the standard library reads, and nothing gets through unseen."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http.documents import DEPTH, canonical, parse_json, pointer_to, refuse_depth
from services.chassis.http.problems import Problem

PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LEAVES = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    LEAVES | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS, st.booleans())
def test_any_shallow_document_is_read_as_written(document: Any, ascii_only: bool) -> None:
    assert parse_json(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


def depth_by_hand(text: str) -> int:
    """One character at a time: the slow, obvious way."""
    deepest = depth = 0
    quoted = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = character == "\\", character != '"'
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


@given(st.text('[]{}"\\a', max_size=200))
def test_depth_is_counted_outside_strings_only(text: str) -> None:
    try:
        refuse_depth(text.encode())
        refused = False
    except Problem:
        refused = True
    assert refused == (depth_by_hand(text) > DEPTH)


@pytest.mark.parametrize(("depth", "fits"), [(DEPTH, True), (DEPTH + 1, False)])
def test_twenty_levels_are_read_and_twenty_one_are_not(depth: int, fits: bool) -> None:
    raw = b"[" * depth + b"]" * depth
    if fits:
        assert parse_json(raw) is not None
    else:
        with pytest.raises(Problem, match="400 body_too_deep"):
            parse_json(raw)


HOSTILE = {
    "brackets": b"[" * 65536,
    "objects": b'{"a":' * 13000,
    "escaped quotes": b'"\\' * 32768,
    "quotes": b'"' * 65536,
    "half strings": b'["' * 32768,
    "a flat list of escapes": b'["\\u0000"' + b',"\\u0000"' * 7000 + b"]",
    "long numbers": b"[" + b"1" * 65000 + b"]",
    "many objects": b"[" + b"{}," * 21000 + b"{}]",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_costs_less_than_a_second_of_processor(raw: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(Problem):
        parse_json(raw)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ((), ""),
        (("person", "phone"), "/person/phone"),
        (("people", 3, "name"), "/people/3/name"),
        (("person", "Ada Lovelace"), "/person"),
        (("person", "Ada Lovelace", "phone"), "/person"),
        (("a/b",), ""),
        (("x" * 41,), "/" + "x" * 41),
        (("x" * 42,), ""),
        (("7up",), ""),
    ],
)
def test_a_pointer_stops_before_a_name_that_may_be_a_persons(path: tuple[int | str, ...], pointer: str) -> None:
    assert pointer_to(path) == pointer


def test_the_same_document_written_otherwise_is_the_same() -> None:
    texts = (b'{"a": 1, "b": ["\\u00e9"]}', '{ "b":["é"],\n"a":1 }'.encode())
    assert len({canonical(parse_json(text)) for text in texts}) == 1
    assert canonical(parse_json(b'{"a": 1, "b": ["e"]}')) != canonical(parse_json(texts[0]))


def test_a_problem_does_not_carry_the_parsers_error_along() -> None:
    for raw in (b'{"Canary": NaN}', b"Canary", b"\xffCanary", b'{"Canary": 1, "Canary": 2}'):
        with pytest.raises(Problem) as refused:
            parse_json(raw)
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
