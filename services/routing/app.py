"""Routing's parts list."""

from contracts.streams import ALERTS, NETWORK, REFERRALS, TOKENS
from services.chassis.auth.identity import Identity
from services.chassis.copies import Copies
from services.chassis.pages.reference import reference_routes
from services.chassis.service import Census, Parts, Reads, Service, Sweep, TimerKind
from services.chassis.work import Work
from services.routing.duplicates.handlers import hears_tokens
from services.routing.duplicates.storage.signatures import Signatures
from services.routing.leads import handlers as leads
from services.routing.leads.api.routes import routes
from services.routing.leads.rules.checking import ASSIGN_WITHOUT_TOKENS
from services.routing.leads.storage.census import breaches, leads_of_shard
from services.routing.leads.storage.leads import lock_those_free
from services.routing.leads.storage.waiting import drain_all, follow_primaries
from services.routing.leads.ticker import assign_without_tokens
from services.routing.staff import handlers as staff
from services.routing.staff.storage import scope_of_staff

SWEEP_EVERY = 10.0
"""seconds: what a missed wake-up costs at most (delivery.md)"""


def build(parts: Parts) -> Service:
    """Duplicates, owners, the desk."""
    copies = Copies()
    own = routes()
    return Service(
        name="routing",
        prefixes=("/desk",),
        routes=(*own, *reference_routes("routing", "/desk", own)),
        scope_of=scope_of,
        census=Census(breaches=breaches, leads=leads_of_shard),
        reads=(
            Reads(NETWORK, (copies.store, staff.on_network, leads.on_network)),
            Reads(REFERRALS, (leads.on_referrals,), on_parked=leads.on_parked),
            Reads(
                TOKENS, (hears_tokens(Signatures(parts.keys)), leads.on_tokens), on_parked=leads.on_parked, watched=True
            ),
            Reads(ALERTS, (leads.on_alerts,), on_parked=leads.on_parked),
        ),
        timers=(TimerKind(ASSIGN_WITHOUT_TOKENS, lock=lock_those_free, fire=assign_without_tokens),),
        sweeps=(
            Sweep("drain_waiting_rooms", SWEEP_EVERY, drain_all),
            Sweep("follow_primaries", SWEEP_EVERY, follow_primaries),
        ),
    )


async def scope_of(work: Work, identity: Identity) -> str:
    """Staff see the leads of their sites; nobody else has a place at the desk."""
    return await scope_of_staff(work, identity.id) if identity.kind == "staff" else ""
