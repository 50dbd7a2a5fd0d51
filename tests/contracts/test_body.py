"""Reading a body: tolerant of what a newer writer adds, strict about everything else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.envelope import FactBody, FactHead, OtherKey, UnknownType, body_bytes, body_from
from contracts.examples import EXAMPLES
from contracts.leads.facts import AttemptRecorded, DuplicateDecided
from contracts.vocabulary import Direction, TokenKind

ATTEMPT = next(example.fact for example in EXAMPLES if example.fact.head.type == "baton.AttemptRecorded.v1")
DUPLICATE = next(example.fact for example in EXAMPLES if example.name == "same-phone-and-mail")


def read(head: FactHead, body: FactBody, **changes: Any) -> FactBody:
    return body_from(head, json.dumps(json.loads(body_bytes(body)) | changes).encode())


def test_an_unknown_type_is_named_and_not_guessed() -> None:
    with pytest.raises(UnknownType, match=r"^baton\.LeadTeleported\.v1$"):
        body_from(replace(ATTEMPT.head, type="baton.LeadTeleported.v1"), b"{}")


def test_the_next_version_of_a_type_is_another_type() -> None:
    with pytest.raises(UnknownType):
        body_from(replace(ATTEMPT.head, type="baton.AttemptRecorded.v2"), body_bytes(ATTEMPT.body))


def test_an_added_field_is_passed_over() -> None:
    assert read(ATTEMPT.head, ATTEMPT.body, minutes=4, weather={"rain": True}) == ATTEMPT.body


def test_an_unknown_value_of_a_closed_list_is_other() -> None:
    found = read(ATTEMPT.head, ATTEMPT.body, direction="sideways")
    assert isinstance(found, AttemptRecorded)
    assert found.direction is Direction.OTHER


def test_an_unknown_value_inside_a_tuple_is_other() -> None:
    found = read(DUPLICATE.head, DUPLICATE.body, matched=["phone", "gait"])
    assert isinstance(found, DuplicateDecided)
    assert found.matched == (TokenKind.PHONE, TokenKind.OTHER)


def test_a_value_that_is_no_text_is_not_other() -> None:
    with pytest.raises(ValidationError):
        read(ATTEMPT.head, ATTEMPT.body, direction=7)


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{", b'{"lead": 1}', b"\xff", b'{"lead":"\\ud800"}'],
    ids=["empty", "null", "a list", "cut off", "wrong type", "not UTF-8", "lone surrogate"],
)
def test_a_body_that_does_not_fit_is_refused(raw: bytes) -> None:
    with pytest.raises(ValidationError):
        body_from(ATTEMPT.head, raw)


@pytest.mark.parametrize("name", ["lead", "study", "attempt", "direction", "result"])
def test_a_mandatory_field_is_not_invented(name: str) -> None:
    with pytest.raises(ValidationError):
        read(ATTEMPT.head, ATTEMPT.body, **{name: None})


def test_a_body_about_another_lead_is_refused() -> None:
    with pytest.raises(OtherKey):
        read(ATTEMPT.head, ATTEMPT.body, lead="0199f4c2-6b1a-7c3e-9d52-000000000000")


def test_a_refused_body_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        read(ATTEMPT.head, ATTEMPT.body, lead="ada@person.example")
    assert "ada" not in str(caught.value)


def test_an_absent_optional_field_is_left_out() -> None:
    assert "outcome" not in json.loads(body_bytes(ATTEMPT.body))


def test_a_network_fact_s_key_is_kind_and_id() -> None:
    keys = {example.fact.key for example in EXAMPLES if example.fact.body.stream.name == "network"}
    assert {"study/alder", "site/eastmere", "route/openhand-alder-eastmere", "staff/ines", "policy/typical"} <= keys
