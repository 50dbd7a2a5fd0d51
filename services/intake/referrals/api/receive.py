"""`POST /intake/v1/referrals`: judge, seal, write, say; all of it in one transaction or none of it."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel

from contracts.envelope import Moment
from contracts.shapes import LeadId
from contracts.tokens.facts import MatchTokens
from services.chassis.http.problems import Invalid, Problem, problem_body
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.telemetry import metrics
from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.person import Permission
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.tokens import match_tokens
from services.intake.contacts.storage.vault import Details, keep_details
from services.intake.network.storage import offer
from services.intake.referrals.rules.facts import SLIPS, TITLES, received, refused
from services.intake.referrals.rules.referral import EXAMPLE, DisclosureBasis, Referral
from services.intake.referrals.rules.week import seconds_to_next
from services.intake.referrals.storage.referrals import Earlier, Kept, accept, earlier
from services.intake.routes.rules import Admitted, Refused, admit

CODES: Final = ("external_id_reused", "field_not_allowed", "route_full")
"""Problems of this door, besides the chassis' own."""


class Accepted(BaseModel):
    """The referral is durable, and a lead with this id. The same for everybody, known before or not (S8)."""

    lead: LeadId
    status: Literal["accepted"] = "accepted"
    received_at: Moment
    superseded_material: Literal[True] | None = None
    """a newer version of the material is in force; this one is taken for a few days more"""


def referral_route(keys: VaultKeys) -> Route:
    """The partners' door."""

    async def receive(call: Call[Referral]) -> Answer:
        before = await earlier(call.work, call.parts.keys, call.caller.id, call.body)
        if before.found is not None:
            return _again(before, before.found)
        at = call.work.at
        asked = call.body.asks(call.caller.id)
        verdict = admit(asked, await offer(call.work, call.body.route, at), at)
        if isinstance(verdict, Refused):
            return _refuse(call, before.fresh, verdict)
        return await _take_in(call, keys, before, verdict, at)

    return Route(
        "POST",
        "/intake/v1/referrals",
        receive,
        serves=frozenset({"partner"}),
        whose="the calling partner's own referrals and the person each is about",
        summary="Refer one person on a route",
        takes=Referral,
        answers=Accepted,
        idempotent=True,
        door=True,
        examples={"by phone, on a registry's route": EXAMPLE},
    )


async def _take_in(call: Call[Referral], keys: VaultKeys, new: Earlier, admitted: Admitted, at: datetime) -> Answer:
    """Rows, sealed details, ledger, facts of one lead."""
    lead, (permission, basis) = new.fresh, _given(call.body)
    contact = contact_of(call.body.person, permission, admitted.offer.site.country, at)
    if not isinstance(contact, Contact):
        raise Invalid(*contact)
    this_week = await accept(call.work, lead, admitted, basis.kind, basis.given_on, new.marks)
    if this_week is None:
        return await _lost_the_race(call)
    if this_week > admitted.offer.route.weekly_max:
        raise _full(at)
    route = admitted.offer.route
    details = Details(lead, route.partner, route.study, route.site, contact, call.body.external_id, basis.reference)
    await keep_details(call.work, await keys.take(), details, permission)
    tokens = match_tokens(call.parts.keys, contact)
    call.work.emit(
        [
            received(lead, call.body, permission, basis.kind, admitted, at),
            MatchTokens(lead=str(lead), study=route.study, site=route.site, partner=route.partner, tokens=tokens),
        ],
        is_test=admitted.is_test,
    )
    return _accepted(Kept(lead, at, admitted.superseded))


def _refuse(call: Call[Referral], id: UUID, verdict: Refused) -> Answer:
    """One fact for what was understood; a sender's slip is answered, and rolled back with everything else."""
    title = TITLES[verdict.code]
    if verdict.code in SLIPS:
        raise Problem(422, verdict.code, title, pointers=verdict.pointers)
    if call.refused_before != verdict.code:
        call.work.emit(refused(id, call.caller.id, verdict), is_test=verdict.is_test)
        call.work.after_commit(lambda: metrics.REFUSED.add(1, reason=verdict.code))
    return Answer(422, problem_body(422, verdict.code, title, pointers=verdict.pointers), refused=verdict.code)


def _again(before: Earlier, found: Kept) -> Answer:
    """The same external id: the same answer to the same content, whatever became of the route since."""
    if not before.equal:
        raise Problem(
            409,
            "external_id_reused",
            "This external id was used for another referral",
            pointers=(("/external_id", "was used with other content"),),
        )
    return _accepted(found)


async def _lost_the_race(call: Call[Referral]) -> Answer:
    """Another request with this external id was accepted between our look and our write, and has committed."""
    before = await earlier(call.work, call.parts.keys, call.caller.id, call.body)
    assert before.found is not None
    return _again(before, before.found)


def _accepted(kept: Kept) -> Answer:
    answer = Accepted(
        lead=str(kept.lead), received_at=kept.received_at, superseded_material=True if kept.superseded else None
    )
    return Answer(202, _body(answer))


def _body(answer: Accepted) -> dict[str, Any]:
    return answer.model_dump(mode="json", exclude_none=True)


def _full(at: datetime) -> Problem:
    wait = {"retry-after": str(seconds_to_next(at))}
    return Problem(429, "route_full", "This route has had its weekly maximum", headers=wait)


def _given(referral: Referral) -> tuple[Permission, DisclosureBasis]:
    """What `admit` has seen to be there."""
    assert referral.permission is not None
    assert referral.disclosure_basis is not None
    return referral.permission, referral.disclosure_basis
