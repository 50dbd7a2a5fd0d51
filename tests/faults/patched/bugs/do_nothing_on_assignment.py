"""Two who place the same lead are kept apart by `do nothing`: the later owner is not written, and said all the same."""

from collections.abc import Iterable
from typing import Final

from services.chassis.work import Work
from services.routing.leads.rules.lead import Lead
from services.routing.leads.storage import leads, waiting
from services.routing.leads.storage.rows import lead_from
from tests.faults.patched.patching import patch, rewrite

_WAITING: Final = """
select * from lead where waiting is not null and closed_at is null
and (($1::text[] = '{}' and $2::text[] = '{}') or route = any($1) or pool = any($2))
order by priority <> 'urgent', received_at, id limit $3
"""


def plant() -> None:
    """The waiting room is read without a lock, and a lead that has an owner keeps it, whatever anybody writes."""
    patch(waiting, "waiting_for_update", _waiting_for_update)
    rewrite(leads, "_SAVE", ("where l.id = r.id", "where l.id = r.id and (l.owner is null or l.owner = r.owner)"))


async def _waiting_for_update(
    work: Work, *, limit: int, routes: Iterable[str] = (), pools: Iterable[str] = ()
) -> list[Lead]:
    rows = await work.fetch(_WAITING, sorted(set(routes)), sorted(set(pools)), limit)
    return [lead_from(row) for row in rows]
