"""Time turns referrals into events: what was handed over, what ends soon; what is old goes."""

from typing import Final

from services.chassis.service import Sweep
from services.chassis.work import Work
from services.intake.receipts.storage.own_routes import own_routes
from services.intake.webhooks.storage.events import (
    forget_events,
    make_notices,
    make_referral_events,
    partners_told,
)

_SLICE: Final = 500
_OLD: Final = 5_000


async def tell_referrals(work: Work) -> int:
    """Events of referrals; nothing where nobody has an endpoint."""
    return await make_referral_events(work, _SLICE)


async def tell_routes(work: Work) -> int:
    """Notices 14 and 2 days before a material or an agreement ends."""
    at = await work.take_time()
    told = 0
    for partner in await partners_told(work):
        routes = await own_routes(work, partner)
        soon = [(one.offer.route.id, notice) for one in routes for notice in one.notices if at < notice.at]
        told += await make_notices(work, partner, soon)
    return told


async def forget(work: Work) -> int:
    """Events of more than 30 days ago."""
    return await forget_events(work, _OLD)


def webhook_sweeps() -> tuple[Sweep, ...]:
    """All three."""
    return (
        Sweep("webhook_events", 2.0, tell_referrals),
        Sweep("webhook_notices", 900.0, tell_routes),
        Sweep("webhook_past", 3600.0, forget),
    )
