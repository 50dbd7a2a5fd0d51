"""What doctor counts and checks here, through this service's own role."""

from typing import Final

from services.chassis.service import Breach
from services.chassis.work import Work

_LAWS: Final = {
    "every open lead has an owner, or stands in a named exception (R26)": (
        "select id::text as key, 'no owner, not waiting, no duplicate' as says from lead "
        "where closed_at is null and owner is null and waiting is null and duplicate_of is null"
    ),
    "owner and backup are different people (R15)": (
        "select id::text as key, 'owner is backup' as says from lead where owner is not null and owner = backup"
    ),
    "nobody has more open leads than their capacity": (
        "select staff as key, open || ' open, ' || hard || ' at most' as says from staff_load where open > hard"
    ),
    "counters are what a recount says": (
        "select l.staff as key, l.open || ' counted, ' || coalesce(r.n, 0) || ' recounted' as says from staff_load l "
        "left join (select owner, count(*) as n from lead where closed_at is null and not is_test "
        "and duplicate_of is null group by owner) r on r.owner = l.staff where l.open <> coalesce(r.n, 0)"
    ),
    "a duplicate stands under a lead that is none": (
        "select d.id::text as key, 'its primary is a duplicate itself' as says from lead d "
        "join lead p on p.id = d.duplicate_of where p.duplicate_of is not null"
    ),
}


async def leads_of_shard(work: Work, shard: int) -> set[str]:
    """Every lead opened here, tests too."""
    return {row["id"] for row in await work.fetch("select id::text from lead where shard = $1", shard)}


async def breaches(work: Work) -> list[Breach]:
    """Laws of routing that do not hold, each with its key."""
    return [
        Breach(law, row["key"], row["says"])
        for law, sql in _LAWS.items()
        for row in await work.fetch(f"{sql} limit 100")
    ]
