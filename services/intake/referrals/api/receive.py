"""Judge, seal, write, say: the referrals that one partner sends at once, all of it in one transaction or none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from contracts.tokens.facts import MatchTokens
from contracts.vocabulary import RouteState
from services.chassis.http.problems import Apart, Invalid, Problem, problem_body
from services.chassis.http.routes import Answer, Call
from services.chassis.telemetry import metrics
from services.chassis.work import Work
from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.person import Permission
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.tokens import match_tokens
from services.intake.contacts.storage.vault import Details, keep_details
from services.intake.narrative.storage import OverShared, count_over_sharing, tell_over_sharing
from services.intake.network.rules.offer import Offer
from services.intake.network.storage import offers
from services.intake.referrals.api.accepted import accepted, again, full
from services.intake.referrals.rules.cleaned import Cleaned, cleaned
from services.intake.referrals.rules.facts import SLIPS, TITLES, received, refused
from services.intake.referrals.rules.referral import DisclosureBasis, Referral
from services.intake.referrals.storage.referrals import Coming, Earlier, Kept, accept, earlier
from services.intake.referrals.storage.refusals import Refusing, keep_refusals
from services.intake.routes.rules import Admitted, Refused, admit


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A referral that may come in."""

    call: Call[Referral]
    new: Earlier
    admitted: Admitted
    permission: Permission
    basis: DisclosureBasis
    contact: Contact
    clean: Cleaned
    """what may be kept of the call's body"""


@dataclass(frozen=True, slots=True)
class _TurnedAway:
    """A referral that was understood and refused."""

    answer: Answer
    clean: Cleaned
    offer: Offer | None
    """the route, where its over-sharing is still to be counted"""
    row: Refusing | None
    """none where the same was refused before"""


_Judged = _Admitted | _TurnedAway | Answer | Problem


async def receive(keys: VaultKeys, calls: Sequence[Call[Any]]) -> list[Answer | Problem]:
    """An outcome a call, in their order. The calls share one `Work` and one partner.

    Raises:
        Apart: some of them stand in each other's way; each has to come alone.
        Problem: the only one could not be taken after all, and is undone.
    """
    work, partner = calls[0].work, calls[0].caller.id
    before = await earlier(work, calls[0].parts.keys, partner, [call.body for call in calls])
    near = await offers(work, {call.body.route for call in calls}, work.at)
    judged = [_judged(call, old, near.get(call.body.route), work.at) for call, old in zip(calls, before, strict=True)]
    refusing = [one.row for one in judged if isinstance(one, _TurnedAway) and one.row]
    await keep_refusals(work, partner, refusing)
    coming = [one for one in judged if isinstance(one, _Admitted)]
    if coming and (lost := await _take_in(keys, coming)):
        if len(calls) > 1:
            raise Apart
        return [await _lost_the_race(lost)]
    await _count(work, judged)
    return [_outcome(one, work.at) for one in judged]


def _judged(call: Call[Referral], before: Earlier, offer: Offer | None, at: datetime) -> _Judged:
    clean = cleaned(call.body)
    if before.found is not None:
        return again(before, before.found, clean.pointers)
    verdict = admit(call.body.asks(call.caller.id), offer, at)
    if isinstance(verdict, Refused):
        return _refuse(call, before, verdict, clean)
    permission, basis = _given(clean.referral)
    contact = contact_of(clean.referral.person, permission, verdict.offer.site.country, at)
    if clean.faults or not isinstance(contact, Contact):
        tell_over_sharing(clean.fields)
        return Invalid(*clean.faults, *(() if isinstance(contact, Contact) else contact))
    return _Admitted(call, before, verdict, permission, basis, contact, clean)


async def _take_in(keys: VaultKeys, coming: Sequence[_Admitted]) -> _Admitted | None:
    """Rows, sealed details, ledger and facts of these leads; or one whose external id somebody else has used now."""
    work = coming[0].call.work
    rows = [Coming(one.new.fresh, one.admitted, one.basis.kind, one.basis.given_on, one.new.marks) for one in coming]
    if len({row.marks.external_key for row in rows}) < len(rows):
        raise Apart
    weeks = await accept(work, rows)
    for one in coming:
        if one.new.fresh not in weeks:
            return one
        if weeks[one.new.fresh] > one.admitted.offer.route.weekly_max:
            raise full(work.at)
    await keep_details(work, [(await keys.take(), _details(one), one.permission) for one in coming])
    for one in coming:
        _say(one, work.at)
    return None


def _details(one: _Admitted) -> Details:
    route, referral = one.admitted.offer.route, one.clean.referral
    return Details(
        one.new.fresh, route.partner, route.study, route.site, one.contact, referral.external_id, one.basis.reference
    )


def _say(one: _Admitted, at: datetime) -> None:
    """A lead, and its tokens."""
    call, lead, route = one.call, one.new.fresh, one.admitted.offer.route
    tokens = match_tokens(call.parts.keys, one.contact)
    call.work.emit(
        [
            received(lead, one.clean, one.permission, one.basis.kind, one.admitted, at),
            MatchTokens(lead=str(lead), study=route.study, site=route.site, partner=route.partner, tokens=tokens),
        ],
        is_test=one.admitted.is_test,
        traceparent=call.traceparent,
    )


def _refuse(call: Call[Referral], before: Earlier, verdict: Refused, clean: Cleaned) -> _TurnedAway | Problem:
    """One fact and one row for what was understood; a sender's slip is answered, and nothing of it stays."""
    title = TITLES[verdict.code]
    if verdict.code in SLIPS:
        tell_over_sharing(clean.fields)
        return Problem(422, verdict.code, title, pointers=verdict.pointers)
    row = None
    if call.refused_before != verdict.code:
        fact = refused(before.fresh, call.caller.id, verdict)
        call.work.emit(fact, is_test=verdict.is_test, traceparent=call.traceparent)
        call.work.after_commit(lambda: metrics.REFUSED.add(1, reason=verdict.code))
        row = Refusing(before.fresh, fact.route, verdict.code, verdict.is_test)
    more: dict[str, Any] = {"over_sharing": clean.pointers} if clean.cut else {}
    body = problem_body(422, verdict.code, title, pointers=verdict.pointers, **more)
    return _TurnedAway(Answer(422, body, refused=verdict.code), clean, verdict.offer if row else None, row)


async def _count(work: Work, judged: Sequence[_Judged]) -> None:
    """Over-sharing of what was taken and of what was refused for the first time; none of it for tests (R21)."""
    cuts: list[OverShared] = []
    for one in judged:
        if not isinstance(one, _Admitted | _TurnedAway) or not one.clean.cut:
            continue
        work.after_commit(partial(tell_over_sharing, one.clean.fields))
        offer = one.admitted.offer if isinstance(one, _Admitted) else one.offer
        if offer is not None and offer.route.state is not RouteState.TESTING:
            route = offer.route
            cuts += [OverShared(route.partner, route.study, route.site, route.id, name) for name in one.clean.fields]
    await count_over_sharing(work, cuts)


async def _lost_the_race(one: _Admitted) -> Answer | Problem:
    """Another request with this external id was accepted between our look and our write, and has committed."""
    call = one.call
    [before] = await earlier(call.work, call.parts.keys, call.caller.id, [call.body])
    assert before.found is not None
    return again(before, before.found, one.clean.pointers)


def _outcome(one: _Judged, at: datetime) -> Answer | Problem:
    if isinstance(one, _Admitted):
        return accepted(Kept(one.new.fresh, at, one.admitted.superseded), one.clean.pointers)
    return one.answer if isinstance(one, _TurnedAway) else one


def _given(referral: Referral) -> tuple[Permission, DisclosureBasis]:
    """What `admit` has seen to be there."""
    assert referral.permission is not None
    assert referral.disclosure_basis is not None
    return referral.permission, referral.disclosure_basis
