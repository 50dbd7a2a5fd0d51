"""Each rule for a field finds its planted breach, and a sound field passes."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from contracts.envelope import Moment
from contracts.lint.fields import field_findings
from contracts.says import HEALTH_INFERRING, STAFF_ADDRESS, TOKEN
from contracts.shapes import Code, Label, LeadId, Shape, Slug, StaffMail, TokenValue
from contracts.streams import NETWORK, TOKENS
from contracts.vocabulary import Status
from tests.contracts.planted import REAL, a_fact, why


class Colour(StrEnum):
    RED = "red"


class Part(BaseModel):
    known: Annotated[Slug, why()]
    forgotten: Slug


SOUND: dict[str, Any] = {
    "owner": Annotated[Slug, why()],
    "previous": Annotated[LeadId | None, why()],
    "tags": Annotated[tuple[Code, ...], why()],
    "at": Annotated[Moment, why()],
    "on": Annotated[tuple[date, ...], why()],
    "open_seconds": Annotated[int, Field(ge=0), why()],
    "status": Annotated[Status | None, why()],
    "flag": Annotated[bool, why()],
    "study": Annotated[Slug, why(data=HEALTH_INFERRING)],
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_field_passes(name: str) -> None:
    fields: dict[str, Any] = {name: (SOUND[name], ...)}
    assert list(field_findings(a_fact(**fields))) == []


BROKEN: dict[str, tuple[str, Any, str]] = {
    "without a purpose": ("owner", Slug, "says its purpose, owner and data class 0 times"),
    "with two purposes": ("owner", Annotated[Slug, why(), why()], "2 times"),
    "with a blank purpose": ("owner", Annotated[Slug, why(" ")], "one clause"),
    "with a purpose of a page": ("owner", Annotated[Slug, why("because " * 20)], "one clause"),
    "text without a form": ("remedy", Annotated[str, why()], "free text"),
    "optional text without a form": ("remedy", Annotated[str | None, why()], "free text"),
    "text in a tuple": ("remedies", Annotated[tuple[str, ...], why()], "free text"),
    "a pattern of its own": ("remedy", Annotated[str, Field(pattern="^[a-z]+$"), why()], "free text"),
    "a form of its own": ("remedy", Annotated[str, Shape(pattern="^.*$", called="any"), why()], "free text"),
    "a form around a tuple": ("remedies", Annotated[tuple[str, ...], Shape(called="slug"), why()], "free text"),
    "a label about a lead": ("called", Annotated[Label, why()], "a label only on the network stream"),
    "a token on leads": ("shown", Annotated[TokenValue, why(data=TOKEN)], "token only on the tokens stream"),
    "a token called plain": ("shown", Annotated[TokenValue, why()], "a token_value has the data class token"),
    "a staff address on leads": ("owner", Annotated[Slug, why(data=STAFF_ADDRESS)], "only in StaffDefined"),
    "an address called plain": ("to", Annotated[StaffMail, why()], "a staff_mail has the data class staff_address"),
    "a study called plain": ("study", Annotated[Slug, why()], "infers health"),
    "a phone": ("phone", Annotated[Slug, why()], "'phone' in its name"),
    "a second phone": ("other_phone_number", Annotated[Slug, why()], "'phone' in its name"),
    "a mail address": ("email", Annotated[Slug, why()], "'email' in its name"),
    "a postcode": ("postcode", Annotated[Code, why()], "'postcode' in its name"),
    "a birth year": ("birth_year", Annotated[int, why()], "'birth' in its name"),
    "a family name": ("family_name", Annotated[Slug, why()], "'family_name' in its name"),
    "an external id": ("external_id", Annotated[Code, why()], "'external_id' in its name"),
    "a note": ("note", Annotated[Code, why()], "'note' in its name"),
    "a fraction": ("share", Annotated[float, why()], "float has no place"),
    "anything": ("extra", Annotated[Any, why()], "has no place"),
    "a mapping": ("extra", Annotated[dict[str, int], why()], "has no place"),
    "a list that may be changed": ("tags", Annotated[list[Code], why()], "has no place"),
    "a pair": ("span", Annotated[tuple[int, int], why()], "has no place"),
    "an id that is no text": ("other", Annotated[UUID, why()], "UUID has no place"),
    "a duration that is no number": ("took", Annotated[timedelta, why()], "timedelta has no place"),
    "a time as it comes": ("at", Annotated[datetime, why()], "a time is a Moment"),
    "a list without OTHER": ("colour", Annotated[Colour, why()], "Colour has no place"),
    "a part with a bare field": ("part", Annotated[Part, why()], "says its purpose, owner and data class 0 times"),
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_broken_field_is_found(sentence: str) -> None:
    name, annotation, expected = BROKEN[sentence]
    fields: dict[str, Any] = {name: (annotation, ...)}
    found = [str(finding) for finding in field_findings(a_fact(**fields))]
    assert len(found) == 1, found
    assert expected in found[0]
    assert found[0].startswith(f"ThingNoted.{name}" if name != "part" else "Part.forgotten")


def test_a_label_has_its_place_on_the_network_stream() -> None:
    assert list(field_findings(a_fact(stream=NETWORK, called=(Annotated[Label, why()], ...)))) == []


def test_a_token_has_its_place_on_the_tokens_stream() -> None:
    assert list(field_findings(a_fact(stream=TOKENS, value=(Annotated[TokenValue, why(data=TOKEN)], ...)))) == []


def test_an_address_has_its_place_in_staff_defined() -> None:
    mail = (Annotated[StaffMail | None, why(data=STAFF_ADDRESS)], None)
    assert list(field_findings(a_fact("StaffDefined", stream=NETWORK, email=mail))) == []
    assert len(list(field_findings(a_fact("StaffInvited", stream=NETWORK, email=mail)))) == 1


@pytest.mark.parametrize("type_name", REAL)
def test_the_real_facts_pass(type_name: str) -> None:
    assert list(field_findings(REAL[type_name])) == []
