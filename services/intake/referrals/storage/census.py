"""What `baton doctor` asks intake: whom it accepted, and whether everything of them is there."""

from typing import Final

from services.chassis.service import Breach
from services.chassis.work import Work
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.vault import unopenable

OPENED: Final = 2_000
"""Of the newest leads, how many vault rows are tried with their keys."""

_MOST: Final = 100
"""Breaches of one law that are named."""

_LACKS: Final = "select lead::text as key from referral as r where not exists "

_LAWS: Final = {
    "an accepted referral has its details in the vault": f"{_LACKS} (select from vault as v where v.lead = r.lead)",
    "an accepted referral has a permission on record": f"{_LACKS} (select from permission as p where p.lead = r.lead)",
    "an accepted referral was said on its stream": (
        f"{_LACKS} (select from head as h where h.stream = 'referrals' and h.key = r.lead::text)"
    ),
    "an accepted referral's tokens were said": (
        f"{_LACKS} (select from head as h where h.stream = 'tokens' and h.key = r.lead::text)"
    ),
    "a route's week counts what it brought": (
        "select coalesce(w.route, r.route) || ' ' || coalesce(w.week, r.week) as key from route_week as w full join "
        "(select partner, route, date_trunc('week', received_at, 'UTC')::date as week, count(*) as n from referral "
        "where not is_test group by 1, 2, 3) as r "
        "on r.partner = w.partner and r.route = w.route and r.week = w.week "
        "where w.taken is distinct from r.n"
    ),
}


async def leads(work: Work, shard: int) -> set[str]:
    """The lead ids of one shard, test ones too."""
    rows = await work.fetch("select lead::text as lead from referral where shard = $1", shard)
    return {row["lead"] for row in rows}


async def breaches(work: Work, keys: VaultKeys) -> list[Breach]:
    """Laws of this service that do not hold, with the key they do not hold for."""
    found = [
        Breach(law, row["key"], "does not hold")
        for law, sql in _LAWS.items()
        for row in await work.fetch(f"{sql} limit {_MOST}")
    ]
    lost = await unopenable(work, keys, OPENED)
    return found + [Breach("a vault row opens with its key", str(lead), "does not open") for lead in lost]
