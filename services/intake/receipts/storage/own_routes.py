"""A partner's own routes as they stand: four statements, however many there are."""

from services.chassis.work import Work
from services.intake.network.storage import coming, offers, routes_of
from services.intake.receipts.rules.own_route import OwnRoute, named, own_route
from services.intake.referrals.storage.referrals import taken_in_week


async def own_routes(work: Work, partner: str) -> list[OwnRoute]:
    """By id; time is taken or read."""
    known = await offers(work, await routes_of(work, partner, work.at), work.at)
    taken = await taken_in_week(work, partner, work.at)
    changes = await coming(work, (key for offer in known.values() for key in named(offer)), work.at)
    return [own_route(offer, taken.get(id, 0), changes, work.at) for id, offer in sorted(known.items())]
