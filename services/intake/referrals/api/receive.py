"""Judge, seal, write, say: the referrals that one partner sends at once, all of it in one transaction or none of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from contracts.tokens.facts import MatchTokens
from contracts.vocabulary import RouteState
from services.chassis.http.problems import Apart, Problem
from services.chassis.http.routes import Answer, Call
from services.chassis.telemetry import metrics
from services.chassis.work import Work
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.signature import signature_of
from services.intake.contacts.storage.tokens import match_tokens
from services.intake.contacts.storage.vault import Details, keep_details
from services.intake.narrative.storage import OverShared, count_over_sharing, tell_over_sharing
from services.intake.referrals.api.accepted import accepted, again, full
from services.intake.referrals.api.judging import Entering, Judged, Slip, TurnedAway, judge
from services.intake.referrals.rules.facts import received, refused
from services.intake.referrals.rules.lacks import lacking
from services.intake.referrals.storage.lacks import keep_lacks
from services.intake.referrals.storage.referrals import Coming, Kept, accept, earlier, taken_in_week
from services.intake.referrals.storage.refusals import Refusing, keep_refusals


async def receive(keys: VaultKeys, calls: Sequence[Call[Any]], *, ahead: bool = False) -> list[Answer | Problem]:
    """An outcome a call, in their order. The calls share one `Work` and one partner.

    `ahead`: the week's room is looked at first, so that a full route answers its rows and undoes no other.

    Raises:
        Apart: some of them stand in each other's way; each has to come alone.
        Problem: the only one could not be taken after all, and is undone.
    """
    work, judged = calls[0].work, await judge(calls)
    if ahead:
        judged = await _while_there_is_room(work, judged)
    refusing = [_refuse(one) for one in judged if isinstance(one, TurnedAway) and one.is_new]
    await keep_refusals(work, calls[0].caller.id, refusing)
    coming = [one for one in judged if isinstance(one, Entering)]
    if coming and (lost := await _take_in(keys, coming)):
        if len(calls) > 1:
            raise Apart
        return [await _lost_the_race(lost)]
    await _count(work, judged)
    return [_outcome(one, work.at) for one in judged]


async def rehearse(calls: Sequence[Call[Any]]) -> list[Answer | Problem | None]:
    """What `receive` would answer by itself, None for what it would take in; nothing is written or said."""
    work = calls[0].work
    return [None if isinstance(one, Entering) else _outcome(one, work.at) for one in await judge(calls)]


async def _while_there_is_room(work: Work, judged: Sequence[Judged]) -> list[Judged]:
    """Those that a full route cannot take are told so, the first ones go before the later ones."""
    entering = [one for one in judged if isinstance(one, Entering) and not one.admitted.is_test]
    if not entering:
        return list(judged)
    taken = await taken_in_week(work, entering[0].admitted.offer.route.partner, work.at)
    room = {route.id: route.weekly_max - taken.get(route.id, 0) for route in (e.admitted.offer.route for e in entering)}
    kept: list[Judged] = []
    for one in judged:
        if isinstance(one, Entering) and not one.admitted.is_test:
            room[one.admitted.offer.route.id] -= 1
            kept.append(one if room[one.admitted.offer.route.id] >= 0 else full(work.at))
        else:
            kept.append(one)
    return kept


async def _take_in(keys: VaultKeys, coming: Sequence[Entering]) -> Entering | None:
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
    lacks = [(one.new.fresh, lacking(one.clean.referral, one.admitted, work.at)) for one in coming]
    await keep_lacks(work, coming[0].call.caller.id, lacks)
    for one in coming:
        _say(one, work.at)
    return None


def _details(one: Entering) -> Details:
    route, referral = one.admitted.offer.route, one.clean.referral
    return Details(
        one.new.fresh, route.partner, route.study, route.site, one.contact, referral.external_id, one.basis.reference
    )


def _say(one: Entering, at: datetime) -> None:
    """A lead, and its tokens."""
    call, lead, route = one.call, one.new.fresh, one.admitted.offer.route
    tokens = MatchTokens(
        lead=str(lead),
        study=route.study,
        site=route.site,
        partner=route.partner,
        tokens=match_tokens(call.parts.keys, one.contact),
        signature=signature_of(call.parts.keys, one.contact),
    )
    call.work.emit(
        [received(lead, one.clean, one.permission, one.basis.kind, one.admitted, at), tokens],
        is_test=one.admitted.is_test,
        traceparent=call.traceparent,
    )


def _refuse(one: TurnedAway) -> Refusing:
    """One fact and one row for what was understood."""
    call, verdict = one.call, one.verdict
    fact = refused(one.before.fresh, call.caller.id, verdict)
    call.work.emit(fact, is_test=verdict.is_test, traceparent=call.traceparent)
    call.work.after_commit(lambda: metrics.REFUSED.add(1, reason=verdict.code))
    return Refusing(one.before.fresh, fact.route, verdict.code, verdict.is_test)


async def _count(work: Work, judged: Sequence[Judged]) -> None:
    """Over-sharing of what was taken and of what was refused for the first time; none of it for tests (R21)."""
    cuts: list[OverShared] = []
    for one in judged:
        if isinstance(one, Slip):
            tell_over_sharing(one.over_shared)
        if not isinstance(one, Entering | TurnedAway) or not one.clean.cut:
            continue
        work.after_commit(partial(tell_over_sharing, one.clean.fields))
        known = one.admitted.offer if isinstance(one, Entering) else one.verdict.offer if one.is_new else None
        if known is not None and known.route.state is not RouteState.TESTING:
            route = known.route
            cuts += [OverShared(route.partner, route.study, route.site, route.id, name) for name in one.clean.fields]
    await count_over_sharing(work, cuts)


async def _lost_the_race(one: Entering) -> Answer | Problem:
    """Another request with this external id was accepted between our look and our write, and has committed."""
    call = one.call
    [before] = await earlier(call.work, call.parts.keys, call.caller.id, [call.body])
    assert before.found is not None
    return again(before, before.found, one.clean.pointers)


def _outcome(one: Judged, at: datetime) -> Answer | Problem:
    match one:
        case Entering():
            return accepted(Kept(one.new.fresh, at, one.admitted.superseded), one.clean.pointers)
        case TurnedAway():
            return one.answer
        case Slip():
            return one.problem
    return one
