"""Reading the network as it is at a moment, and adding revisions to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from contracts.envelope import FactBody
from services.chassis.work import Work
from services.intake.network.rules.items import Agreement, AnyItem, Material, Route, Site, Study
from services.intake.network.rules.offer import Offer
from services.intake.network.rules.parts import Item
from services.intake.network.rules.said import changed_facts, facts_of
from services.intake.network.tables import ADD, IN_FORCE, LATEST, OFFERS, item_of

M = TypeVar("M", bound=Item)

_LOCK = 4_702_001
"""advisory lock of whoever changes the network: one at a time, so that a plan is still true when it is made"""


async def item(work: Work, kind: type[M], id: str, at: datetime) -> M | None:
    """The item in force at `at`, None when there is none; a material's id here is `id@version`."""
    row = await work.one(
        "select kind, body::text as body from network_item where kind = $1 and id = $2 and effective_from <= $3 "
        "order by revision desc limit 1",
        kind.kind,
        id,
        at,
    )
    if row is None:
        return None
    return kind.model_validate_json(row["body"])


async def items(work: Work, kind: type[M], at: datetime) -> tuple[M, ...]:
    """Every item of a kind in force at `at`, by id."""
    rows = await work.fetch(
        "select distinct on (id) body::text as body from network_item where kind = $1 and effective_from <= $2 "
        "order by id, revision desc",
        kind.kind,
        at,
    )
    return tuple(kind.model_validate_json(row["body"]) for row in rows)


async def material(work: Work, id: str, version: int, at: datetime) -> Material | None:
    """One version, if it has taken effect; retired, withdrawn and superseded ones too: the caller judges."""
    return await item(work, Material, f"{id}@{version}", at)


async def versions(work: Work, id: str, at: datetime) -> tuple[Material, ...]:
    """Every version of a material that has taken effect, the newest last."""
    rows = await work.fetch(
        "select distinct on (id) body::text as body from network_item where kind = 'material' and starts_with(id, $1) "
        "and effective_from <= $2 order by id, revision desc",
        f"{id}@",
        at,
    )
    return tuple(sorted((Material.model_validate_json(row["body"]) for row in rows), key=lambda one: one.version))


async def agreements_of(work: Work, partner: str, at: datetime) -> tuple[Agreement, ...]:
    """A partner's agreements in force at `at`."""
    return tuple(one for one in await items(work, Agreement, at) if one.partner == partner and one.runs(at.date()))


async def offers(work: Work, routes: Iterable[str], at: datetime) -> dict[str, Offer]:
    """Routes with study, site, their partner's agreements and material, in one statement; unknown ones are left out."""
    rows = [item_of(dict(row)) for row in await work.fetch(OFFERS, sorted(routes), at)]
    studies, sites = {one.id: one for one in _only(Study, rows)}, {one.id: one for one in _only(Site, rows)}
    agreements, materials = _only(Agreement, rows), _only(Material, rows)
    return {
        route.id: Offer(
            route,
            studies[route.study],
            sites[route.site],
            tuple(one for one in agreements if one.partner == route.partner),
            tuple(sorted((one for one in materials if one.id == route.material), key=lambda one: one.version)),
        )
        for route in _only(Route, rows)
        if route.study in studies and route.site in sites
    }


def _only(kind: type[M], rows: Sequence[AnyItem]) -> list[M]:
    return [row for row in rows if isinstance(row, kind)]


async def routes_of(work: Work, partner: str, at: datetime) -> list[str]:
    """The ids of a partner's routes in force at `at`."""
    rows = await work.fetch(
        "select id from (select distinct on (id) id, body ->> 'partner' as partner from network_item "
        "where kind = 'route' and effective_from <= $2 order by id, revision desc) as route where partner = $1",
        partner,
        at,
    )
    return [row["id"] for row in rows]


async def coming(work: Work, keys: Iterable[str], at: datetime) -> dict[str, datetime]:
    """When each of these items changes next, by `kind/id` (a material's versions all under its id); the rest do not."""
    rows = await work.fetch(
        "select kind || '/' || split_part(id, '@', 1) as key, min(effective_from) as at from network_item "
        "where effective_from > $2 and kind || '/' || split_part(id, '@', 1) = any($1::text[]) group by 1",
        sorted(set(keys)),
        at,
    )
    return {row["key"]: row["at"] for row in rows}


async def in_force(work: Work, at: datetime) -> list[AnyItem]:
    """The whole network at `at`."""
    return [item_of(dict(row)) for row in await work.fetch(IN_FORCE, at)]


async def last_applied(work: Work) -> list[AnyItem]:
    """Every item as it was last applied; some take effect later."""
    return [item_of(dict(row)) for row in await work.fetch(LATEST)]


async def lock_network(work: Work) -> None:
    """Wait for whoever else changes the network; held until this work ends."""
    await work.run("select pg_advisory_xact_lock($1)", _LOCK)


async def add_revisions(work: Work, changed: Sequence[AnyItem]) -> None:
    """One more revision of each, not yet published; the network is locked, time is taken."""
    if not changed:
        return
    await work.run(
        ADD,
        [one.kind for one in changed],
        [one.stored_id for one in changed],
        [one.effective_from for one in changed],
        [one.reviewed_on for one in changed],
        [one.model_dump_json(exclude_none=True) for one in changed],
        work.actor,
        work.at,
    )


async def publish(work: Work) -> list[str]:
    """Say what the other services have not heard of the network as it is at `work.at`; the keys said.

    The network is locked. A revision that another has overtaken, or that changes nothing others hear, says nothing.
    """
    facts = changed_facts(await said(work), facts_of(await in_force(work, work.at)))
    if facts:
        work.emit(facts.values(), is_test=False)
        await keep_said(work, facts)
    await mark_published(work, work.at)
    return list(facts)


async def is_due(work: Work, at: datetime) -> bool:
    """Whether some revision took effect that nobody looked at yet."""
    return bool(
        await work.value("select exists (select from network_item where not published and effective_from <= $1)", at)
    )


async def mark_published(work: Work, at: datetime) -> None:
    """Everything that took effect by `at` has been looked at."""
    await work.run("update network_item set published = true where not published and effective_from <= $1", at)


async def said(work: Work) -> dict[str, str]:
    """The last fact said of each key, as JSON text."""
    return {row["key"]: row["body"] for row in await work.fetch("select key, body::text as body from network_fact")}


async def keep_said(work: Work, facts: Mapping[str, FactBody]) -> None:
    """Remember these facts as the last said of their keys."""
    await work.run(
        "insert into network_fact (key, body) select * from unnest($1::text[], $2::text[]::jsonb[]) as n(key, body) "
        "on conflict (key) do update set body = excluded.body",
        list(facts),
        [fact.model_dump_json() for fact in facts.values()],
    )
