"""What may change in a frozen schema: optional fields and listed values are added, and nothing else."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from contracts.schema import breaks, schema_of
from contracts.shapes import Code, Slug
from contracts.vocabulary import Word
from tests.contracts.planted import a_fact, why

Fields = dict[str, Any]


class Small(Word):
    YES = "yes"
    OTHER = "other"


class Large(Word):
    YES = "yes"
    PERHAPS = "perhaps"
    OTHER = "other"


class Part(BaseModel):
    site: Annotated[Slug, why()]


class RicherPart(Part):
    room: Annotated[Code | None, why()] = None


class NeedierPart(Part):
    room: Annotated[Code, why()]


SLUG: Any = (Annotated[Slug, why()], ...)
CODE: Any = (Annotated[Code, why()], ...)
MAYBE: Any = (Annotated[Slug | None, why()], None)


def whole(ge: int | None = None) -> Any:
    return (Annotated[int, Field(ge=ge), why()], ...)


ADDITIONS: dict[str, tuple[Fields, Fields]] = {
    "nothing": ({"owner": SLUG}, {"owner": SLUG}),
    "an optional field": ({"owner": SLUG}, {"owner": SLUG, "backup": MAYBE}),
    "a field with a default": ({}, {"flag": (Annotated[bool, why()], False)}),
    "a listed value": ({"answer": (Annotated[Small, why()], ...)}, {"answer": (Annotated[Large, why()], ...)}),
    "a listed value in a tuple": (
        {"answers": (Annotated[tuple[Small, ...], why()], ...)},
        {"answers": (Annotated[tuple[Large, ...], why()], ...)},
    ),
    "an optional field of a part": (
        {"parts": (Annotated[tuple[Part, ...], why()], ...)},
        {"parts": (Annotated[tuple[RicherPart, ...], why()], ...)},
    ),
    "another purpose": ({"owner": SLUG}, {"owner": (Annotated[Slug, why("says it better")], ...)}),
}
BREAKS: dict[str, tuple[Fields, Fields, str]] = {
    "a field goes": ({"owner": SLUG}, {}, "/owner: the field is gone"),
    "a field is renamed": ({"backup": MAYBE}, {"deputy": MAYBE}, "/backup: the field is gone"),
    "a mandatory field joins": ({}, {"owner": SLUG}, "/owner: a new field is optional"),
    "a field becomes optional": ({"owner": SLUG}, {"owner": MAYBE}, "/owner: was required"),
    "a field becomes mandatory": ({"owner": MAYBE}, {"owner": SLUG}, "/owner: was optional"),
    "a wider form": ({"owner": SLUG}, {"owner": CODE}, "/owner: pattern was"),
    "a number for a text": ({"owner": SLUG}, {"owner": whole()}, "/owner: type was 'string'"),
    "a tighter bound": ({"load": whole(ge=0)}, {"load": whole(ge=1)}, "/load: minimum was 0, is 1"),
    "a looser bound": ({"load": whole(ge=1)}, {"load": whole()}, "/load: minimum was 1, is None"),
    "a listed value goes": (
        {"choice": (Annotated[Large, why()], ...)},
        {"choice": (Annotated[Small, why()], ...)},
        "/choice: values gone: perhaps",
    ),
    "a closed list opens": ({"choice": (Annotated[Small, why()], ...)}, {"choice": SLUG}, "/choice: a closed list"),
    "another default": (
        {"choice": (Annotated[bool, why()], False)},
        {"choice": (Annotated[bool, why()], True)},
        "/choice: default was False, is True",
    ),
    "one for many": ({"sites": SLUG}, {"sites": (Annotated[tuple[Slug, ...], why()], ...)}, "another kind of value"),
    "a mandatory field of a part": (
        {"parts": (Annotated[tuple[Part, ...], why()], ...)},
        {"parts": (Annotated[tuple[NeedierPart, ...], why()], ...)},
        "/parts[]/room: a new field is optional",
    ),
}


@pytest.mark.parametrize("sentence", ADDITIONS)
def test_an_addition_breaks_nobody(sentence: str) -> None:
    before, after = ADDITIONS[sentence]
    assert breaks(schema_of(a_fact(**before)), schema_of(a_fact(**after))) == []


@pytest.mark.parametrize("sentence", BREAKS)
def test_anything_else_is_a_break(sentence: str) -> None:
    before, after, expected = BREAKS[sentence]
    found = breaks(schema_of(a_fact(**before)), schema_of(a_fact(**after)))
    assert any(expected in difference for difference in found), found


def test_another_stream_or_flag_is_a_break() -> None:
    found = breaks(schema_of(a_fact()), schema_of(a_fact(stops=True)))
    assert found == ["/: x-stops was False, is True"]


def test_a_schema_says_purpose_owner_and_class() -> None:
    field = schema_of(a_fact(owner=SLUG))["properties"]["owner"]
    assert (field["description"], field["x-owner"], field["x-class"]) == ("shows a rule", "routing", "plain")
