"""JSON text to a document, once, refusing what parsers disagree about (privacy.md, "Input").

Refused: nesting over 20, a name twice in one object, NaN and the infinities (written out or by overflow), numbers
nobody can mean, text with NUL or a lone surrogate (PostgreSQL stores neither). Nothing of the text is ever repeated.
"""

import json
import math
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from services.chassis.http.problems import Invalid, Problem

DEPTH: Final = 20
POINTERS: Final = 20
"""how many faults one answer names"""

_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_NAMEABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_DIGITS: Final = 40

_NOT_TEXT: Final = "must not contain NUL or half a character"


class _Refused(ValueError):
    """Raised inside the parser's hooks; its text is one of our own constants."""


def parse_json(raw: bytes) -> Any:
    """The document in `raw`.

    Raises:
        Problem: 400 `body_malformed` or `body_too_deep`; 422 `field_invalid` with pointers for unstorable text.
    """
    refuse_depth(raw)
    try:
        document = _DECODER.decode(raw.decode("utf-8"))
    except _Refused as refused:
        detail = str(refused)
    except UnicodeDecodeError:
        detail = "It is not UTF-8"
    except (ValueError, RecursionError):
        detail = "It is not JSON"
    else:
        _refuse_unstorable(raw, document)
        return document
    raise Problem(400, "body_malformed", detail=detail)  # outside the except: the parser's error holds the text


def refuse_depth(raw: bytes) -> None:
    """Refuse nesting over `DEPTH` before any parser recurses into it; linear in the length, whatever is in it."""
    if raw.count(b"[") + raw.count(b"{") <= DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", raw)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > DEPTH:
            raise Problem(400, "body_too_deep", detail=f"At most {DEPTH} levels are read")


def canonical(document: Any) -> bytes:
    """The same bytes for the same document, whatever its white space and order of names."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def pointer_to(path: tuple[int | str, ...]) -> str:
    """A JSON pointer along `path`, cut before the first name that may not be repeated: it may be a person's."""
    said = ""
    for step in path:
        if isinstance(step, str) and not _NAMEABLE.fullmatch(step):
            break
        said += f"/{step}"
    return said


def storable(text: str) -> bool:
    """Whether PostgreSQL can store a text: neither NUL nor half a surrogate pair in it."""
    return _UNSTORABLE.search(text) is None


def _refuse_unstorable(raw: bytes, document: Any) -> None:
    if b"\\u" not in raw:  # a raw NUL is no JSON and a raw surrogate no UTF-8: both can only come escaped
        return
    found = list(dict.fromkeys(_unstorable(document)))[:POINTERS]
    if found:
        raise Invalid(*((pointer, _NOT_TEXT) for pointer in found))


def _unstorable(document: Any) -> Iterator[str]:
    waiting: deque[tuple[tuple[int | str, ...], Any]] = deque([((), document)])
    while waiting:
        path, value = waiting.popleft()
        if isinstance(value, str) and not storable(value):
            yield pointer_to(path)
        elif isinstance(value, list):
            waiting.extend(((*path, n), inner) for n, inner in enumerate(value))
        elif isinstance(value, dict):
            if not all(map(storable, value)):
                yield pointer_to(path)
            waiting.extend(((*path, name), inner) for name, inner in value.items())


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("A name stands twice in one object")
    return made


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise _Refused("A number is out of range")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Refused("A number is out of range")
    return number


def _constant(_name: str) -> NoReturn:
    raise _Refused("NaN and Infinity are not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
