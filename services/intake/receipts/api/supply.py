"""`POST /intake/v1/referrals/{lead}/supply`: what was missing, sealed beside the rest, its tokens said anew."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from contracts.tokens.facts import MatchTokens
from services.chassis.http.problems import Invalid, NotFound, Problem
from services.chassis.http.routes import Answer, Call
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.signature import signature_of
from services.intake.contacts.storage.supplied import add_details
from services.intake.contacts.storage.tokens import match_tokens
from services.intake.network.rules.words import ReferralField
from services.intake.network.storage import offers
from services.intake.receipts.api.receipts import TOO_LATE, shown
from services.intake.receipts.rules.receipt import Taken
from services.intake.receipts.rules.supply import Supply, faults_of, lacks_of, values_of
from services.intake.receipts.storage.receipts import receipt_to_change
from services.intake.referrals.storage.lacks import still_lacking
from services.intake.routes.rules import allowed_fields, running

NOTHING_MISSING: Final = "nothing_missing"


def supplying(keys: VaultKeys) -> Callable[[Call[Supply]], Awaitable[Answer]]:
    """The steps behind the route."""

    async def supply(call: Call[Supply]) -> Answer:
        found = await receipt_to_change(call.work, call.caller.id, call.uuid("lead"))
        if found is None:
            raise NotFound
        await _judge(call, found)
        left = tuple(field for field in found.lacks if field not in lacks_of(call.body).values())
        await still_lacking(call.work, call.caller.id, found.lead, left)
        await _keep(call, keys, found)
        return shown(replace(found, lacks=left), call.work.at)

    return supply


async def _judge(call: Call[Supply], found: Taken) -> None:
    """Raises `Problem` where this may not be supplied; decided by what this partner sent, and the clock."""
    if not found.lacks:
        raise Problem(409, NOTHING_MISSING, "Nothing is missing in this referral")
    if found.withdrawn_at is not None or (found.supply_until is not None and found.supply_until <= call.work.at):
        raise Problem(409, TOO_LATE, "It is too late to supply anything for this referral")
    offer = (await offers(call.work, [found.route], call.work.at)).get(found.route)
    allowed = allowed_fields(offer, running(offer, call.work.at)) if offer else frozenset[ReferralField]()
    if faults := faults_of(call.body, found.lacks, ReferralField.BIRTH_DATE in allowed, call.work.at):
        raise Invalid(*faults)


async def _keep(call: Call[Supply], keys: VaultKeys, found: Taken) -> None:
    """Nothing is kept of somebody who was erased, and the partner is told the same."""
    contact = await add_details(call.work, keys, found.lead, values_of(call.body))
    if contact is None:
        return
    said = MatchTokens(
        lead=str(found.lead),
        study=found.study,
        site=found.site,
        partner=call.caller.id,
        tokens=match_tokens(call.parts.keys, contact),
        signature=signature_of(call.parts.keys, contact),
    )
    call.work.emit(said, is_test=found.is_test, traceparent=call.traceparent)
