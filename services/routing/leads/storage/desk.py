"""Everything some leads need to be placed: loaded in the house's lock order with few statements, and written back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar
from uuid import UUID

from contracts.envelope import FactBody
from contracts.network.facts import PoolDefined, RouteDefined
from services.chassis.copies import Copies
from services.chassis.work import Work
from services.routing.duplicates.rules.judging import Match
from services.routing.duplicates.storage.pairs import matches_of
from services.routing.leads.rules.desk import Desk
from services.routing.leads.rules.lead import Lead
from services.routing.leads.storage.leads import leads_as_they_are, save_leads
from services.routing.staff.storage import loads_for_update, save_loads

B = TypeVar("B", bound=FactBody)

COPIES: Final = Copies()

_RAISED: Final = "exists (select from raised_head r where r.stream = 'leads' and r.key = t.id::text)"

_MEET: Final = f"""
select count(pg_advisory_xact_lock(hashtextextended('lead/' || id::text, 0))),
  array_agg(id) filter (where raised) as said
from (select id, {_RAISED} as raised from unnest($1::uuid[]) as t(id) order by id) as sorted
"""  # noqa: S608 - made of constants of this file

_SAID_BEFORE: Final = f"select id from unnest($1::uuid[]) as t(id) where {_RAISED}"  # noqa: S608 - as above

_EXPLAIN: Final = """
insert into assignment (lead, site, at, owner, backup, pool, reason, load, capacity, candidates)
select lead, site, $2, owner, backup, pool, reason, load, capacity, candidates
from jsonb_to_recordset($1::jsonb) as r(lead uuid, site text, owner text, backup text, pool text, reason text,
  load integer, capacity integer, candidates integer)
"""


async def meet(work: Work, leads: Iterable[UUID]) -> frozenset[UUID]:
    """Let the readers of referrals and tokens come one after the other for a lead: the second sees the first's rows.

    Answers the leads of which more was said than this database knows, since it was restored to an earlier copy.
    """
    row = await work.one(_MEET, sorted(set(leads)))
    return frozenset((row and row["said"]) or ())


async def said_before(work: Work, leads: Iterable[UUID]) -> frozenset[UUID]:
    """The same of leads that are locked already."""
    return frozenset(row["id"] for row in await work.fetch(_SAID_BEFORE, list(leads)))


async def load_desk(
    work: Work, leads: Mapping[UUID, Lead], *, to_check: Iterable[UUID], said_before: frozenset[UUID] = frozenset()
) -> Desk:
    """Routes, pools, earlier leads with equal tokens, and the counters of everybody who may be concerned, locked."""
    routes, pools = await _network(work, leads.values())
    matches = await _matches(work, to_check)
    earlier = await _earlier(work, matches)
    concerned = {name for pool in pools.values() for name in pool.members}
    concerned |= {lead.owner for lead in (*leads.values(), *earlier.values()) if lead.owner}
    loads = await loads_for_update(work, concerned)
    return Desk(dict(leads), earlier, matches, routes, pools, loads, said_before=said_before)


async def save_desk(work: Work, desk: Desk, before: Mapping[UUID, Lead]) -> None:
    """Counters first, then changed leads one version up, then the explanations."""
    await save_loads(work, list(desk.loads.values()))
    changed = [lead for lead in desk.leads.values() if before.get(lead.id) != lead]
    await save_leads(work, [replace(lead, version=lead.version + 1) for lead in changed])
    await explain(work, desk)


async def explain(work: Work, desk: Desk) -> None:
    """Keep why each owner was chosen."""
    rows = [
        {
            "lead": str(lead),
            "site": desk.leads[lead].site,
            "owner": choice.owner,
            "backup": choice.backup,
            "pool": choice.pool,
            "reason": choice.reason.value,
            "load": choice.load,
            "capacity": choice.capacity,
            "candidates": choice.candidates,
        }
        for lead, choice in desk.choices.items()
    ]
    if rows:
        await work.run(_EXPLAIN, json.dumps(rows), work.at)


async def _network(work: Work, leads: Iterable[Lead]) -> tuple[dict[str, RouteDefined], dict[str, PoolDefined]]:
    """One statement where everything is known; what is not gets its placeholder."""
    named = {f"route/{lead.route}" for lead in leads}
    found = dict(await COPIES.present_with_named(work, named, "pool"))
    if missing := named - found.keys():
        found |= await COPIES.known(work, missing)
    routes = _of(RouteDefined, found)
    if missing := {f"pool/{route.pool}" for route in routes.values()} - found.keys():
        found |= await COPIES.known(work, missing)
    pools = _of(PoolDefined, found)
    return {route.route: route for route in routes.values()}, {pool.pool: pool for pool in pools.values()}


def _of(kind: type[B], found: Mapping[str, FactBody]) -> dict[str, B]:
    return {key: body for key, body in found.items() if isinstance(body, kind)}


async def _matches(work: Work, to_check: Iterable[UUID]) -> dict[UUID, list[Match]]:
    wanted = list(to_check)
    by_lead: dict[UUID, list[Match]] = defaultdict(list)
    for match in await matches_of(work, wanted) if wanted else []:
        by_lead[match.lead].append(match)
    return by_lead


async def _earlier(work: Work, matches: Mapping[UUID, list[Match]]) -> dict[UUID, Lead]:
    """The matched leads, and the roots of those that are duplicates themselves."""
    first = {match.earlier for found in matches.values() for match in found}
    leads = await leads_as_they_are(work, first)
    roots = {lead.duplicate_of for lead in leads.values() if lead.duplicate_of} - leads.keys()
    return {**leads, **await leads_as_they_are(work, roots)}
