"""This service's copy of the network: items with their versions, who may see what, who stands in where nobody owns."""

from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar

from contracts.envelope import KNOWN, FactBody
from contracts.network.facts import StaffDefined
from contracts.streams import NETWORK
from contracts.vocabulary import StaffRole
from services.chassis.auth.identity import Identity
from services.chassis.copies import Copies
from services.chassis.work import Work

B = TypeVar("B", bound=FactBody)

COPIES: Final = Copies(NETWORK, keeps_addresses=True)
"""Only intake and sla keep staff addresses: alerts go there."""

_ABOUT: Final = """
with direct as (
  select key, type, version, body from copy
  where stream = 'network' and key = any($1::text[]) and body is not null
)
select * from direct union
select c.key, c.type, c.version, c.body from direct as d cross join lateral (
  select key, type, version, body from copy where stream = 'network' and body is not null
    and key = any(array['policy/' || (d.body ->> 'policy'), 'calendar/' || (d.body ->> 'calendar')]) offset 0
) as c
"""

_STANDS_IN: Final = """
select distinct on (site) site, c.body ->> 'staff' as staff
from unnest($1::text[]) as site, copy c
where c.stream = 'network' and starts_with(c.key, 'staff/')
  and c.body -> 'sites' ? site and c.body -> 'roles' ?| $2::text[]
order by site, (c.body -> 'roles' ? ($2::text[])[1]) desc, 2
"""


Items = Mapping[str, tuple[int, FactBody]]
"""Stream key (`study/alder`) -> version and newest state."""


def body_of(items: Items, key: str, kind: type[B]) -> B | None:
    """An item's newest state, None when it is not known."""
    _, body = items.get(key, (0, None))
    return body if isinstance(body, kind) else None


async def about(work: Work, keys: Collection[str]) -> dict[str, tuple[int, FactBody]]:
    """These items and the policies and calendars they name, as far as they are known; one statement, no lock."""
    rows = await work.fetch(_ABOUT, sorted(keys)) if keys else []
    return {row["key"]: (row["version"], _read(row)) for row in rows if row["type"] in KNOWN}


async def about_or_placeholders(work: Work, keys: Collection[str]) -> dict[str, tuple[int, FactBody]]:
    """The same; what is missing gets a placeholder, locked until this work ends, so that its handler sees who waits."""
    items = await about(work, keys)
    missing = _missing(items, keys)
    if missing:
        await COPIES.known(work, missing)
        items = await about(work, keys)
    return items


async def stand_ins(work: Work, sites: Collection[str]) -> dict[str, str]:
    """Who is accountable for a site's leads that nobody owns: its site lead, else its network manager; by site."""
    if not sites:
        return {}
    roles = [StaffRole.SITE_LEAD, StaffRole.NETWORK_MANAGER]
    return {row["site"]: row["staff"] for row in await work.fetch(_STANDS_IN, sorted(sites), roles)}


async def scope_of(work: Work, identity: Identity) -> str:
    """Staff see their sites; nobody else sees anything here."""
    if identity.kind != "staff":
        return ""
    key = f"staff/{identity.id}"
    staff = body_of(await about(work, [key]), key, StaffDefined)
    return " ".join(f"site/{site}" for site in staff.sites) if staff else ""


def _missing(items: Items, keys: Collection[str]) -> set[str]:
    named = {
        f"{field}/{value}"
        for _, body in items.values()
        for field in ("policy", "calendar")
        if (value := getattr(body, field, None)) is not None
    }
    return (set(keys) | named) - set(items)


def _read(row: Any) -> FactBody:
    return KNOWN[row["type"]].model_validate(row["body"])
