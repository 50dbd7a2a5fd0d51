"""GET and withdraw: receipts of the calling partner (S2, S8; docs/receipts.md)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from contracts.envelope import Moment
from contracts.referrals.facts import ReferralWithdrawn
from contracts.shapes import LeadId, Minted, Slug
from services.chassis.http.problems import Invalid, NotFound, Problem
from services.chassis.http.routes import Answer, Call
from services.chassis.relay.watermark import complete_before
from services.intake.contacts.rules.external import ExternalId
from services.intake.receipts.rules.cursor import START, Cursor, NotACursor
from services.intake.receipts.rules.receipt import NotTaken, State, Taken
from services.intake.receipts.storage.receipts import (
    listed,
    place_of,
    receipt,
    receipt_of_external_id,
    receipt_to_change,
    withdraw,
)
from services.intake.referrals.storage.referrals import external_keys

MOST: Final = 200
USUAL: Final = 50
"""Receipts of one page."""

TOO_LATE: Final = "too_late"

_EXTERNAL_ID: Final[TypeAdapter[str]] = TypeAdapter(ExternalId)
_LIMIT: Final = {str(number): number for number in range(1, MOST + 1)}


class Receipt(BaseModel):
    """One referral as its partner may know it. A refused one has a `referral` id and never a lead."""

    state: State
    lead: LeadId | None = None
    referral: Minted | None = None
    code: str | None = None
    route: Slug | None = None
    study: Slug | None = None
    material: str | None = None
    superseded_material: bool | None = None
    test: bool | None = None
    received_at: Moment
    handed_over_at: Moment | None = None
    withdraw_until: Moment | None = None
    withdrawn_at: Moment | None = None
    missing: tuple[str, ...] | None = None
    supply_until: Moment | None = None


class Receipts(BaseModel):
    """A page. `next` goes on behind it, now or whenever there is more; `more` says that there is some already."""

    referrals: tuple[Receipt, ...]
    next: Annotated[str, Field(max_length=40)]
    more: bool


async def get_receipt(call: Call[None]) -> Answer:
    """One referral by its lead."""
    at = await call.work.read_time()
    found = await receipt(call.work, call.caller.id, call.uuid("lead"))
    if found is None:
        raise NotFound
    return shown(found, at)


async def get_receipts(call: Call[None]) -> Answer:
    """Those behind a cursor, or the one of an external id."""
    _known(call.query, "external_id", "cursor", "limit")
    if "external_id" in call.query:
        return await _of_external_id(call)
    after, most = _cursor(call.query.get("cursor")), _limit(call.query.get("limit"))
    before = await complete_before(call.work)
    at = await call.work.read_time()
    found = await listed(call.work, call.caller.id, after, before, most + 1)
    page = found[:most]
    end = Cursor(*place_of(page[-1])) if page else after
    receipts = [_plain(_receipt(one, at)) for one in page]
    return Answer(body={"referrals": receipts, "next": end.text(), "more": len(found) > most})


async def _of_external_id(call: Call[None]) -> Answer:
    if len(call.query) > 1:
        raise Invalid(("/query", "takes an external id, or a cursor and a limit"))
    try:
        external_id = _EXTERNAL_ID.validate_python(call.query["external_id"])
    except ValidationError:
        external_id = None
    if external_id is None:  # outside the except: a chained ValidationError holds the input
        raise Invalid(("/query/external_id", "does not have the form it must have"))
    at = await call.work.read_time()
    keys = external_keys(call.parts.keys, call.caller.id, external_id)
    found = await receipt_of_external_id(call.work, call.caller.id, keys)
    receipts = [_plain(_receipt(found, at))] if found else []
    return Answer(body={"referrals": receipts, "next": START.text(), "more": False})


async def post_withdraw(call: Call[None]) -> Answer:
    """Take one back; once more answers the same."""
    found = await receipt_to_change(call.work, call.caller.id, call.uuid("lead"))
    if found is None:
        raise NotFound
    at = call.work.at
    if found.withdrawn_at is not None:
        return shown(found, at)
    if found.withdraw_until <= at:
        raise Problem(409, TOO_LATE, "It is too late to take this referral back")
    await withdraw(call.work, call.caller.id, found)
    fact = ReferralWithdrawn(lead=str(found.lead), study=found.study, site=found.site, partner=call.caller.id)
    call.work.emit(fact, is_test=found.is_test, traceparent=call.traceparent)
    return shown(replace(found, withdrawn_at=at), at)


def shown(one: Taken, at: datetime) -> Answer:
    """One receipt as an answer."""
    return Answer(body=_plain(_receipt(one, at)))


def _receipt(one: Taken | NotTaken, at: datetime) -> Receipt:
    if isinstance(one, NotTaken):
        return Receipt(
            state=State.REFUSED,
            referral=str(one.id),
            code=one.code,
            route=one.route,
            test=one.is_test or None,
            received_at=one.refused_at,
        )
    return Receipt(
        state=one.state(at),
        lead=str(one.lead),
        route=one.route,
        study=one.study,
        material=one.material,
        superseded_material=one.superseded or None,
        test=one.is_test or None,
        received_at=one.received_at,
        handed_over_at=one.handed_over_at,
        withdraw_until=one.withdraw_until,
        withdrawn_at=one.withdrawn_at,
        missing=tuple(f"/person/{field}" for field in one.lacks) or None,
        supply_until=one.supply_until,
    )


def _plain(shown: Receipt) -> dict[str, Any]:
    return shown.model_dump(mode="json", exclude_none=True)


def _known(query: Mapping[str, str], *names: str) -> None:
    if any(name not in names for name in query):
        raise Invalid(("/query", f"knows {', '.join(names)} only"))


def _cursor(text: str | None) -> Cursor:
    try:
        return START if text is None else Cursor.of(text)
    except NotACursor:
        raise Invalid(("/query/cursor", "is none that was given here")) from None


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    if text not in _LIMIT:
        raise Invalid(("/query/limit", f"is a whole number from 1 to {MOST}"))
    return _LIMIT[text]
