"""What the facts say about a run: read from reporting's journal and from routing's leads, through their own roles."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from deploy.demo.figures import Alerts, Room, Site, Spread, spread
from deploy.demo.pairs import Found, compare
from services.chassis.settings import Settings
from services.cli.demo_world import World
from services.cli.places import database_of

_JOURNAL: Final = """
select stream, key, type, at, folded_at, body from journal where stream <> 'network' order by at, stream, key, version
"""

_SITES: Final = """
select site, count(*) filter (where duplicate_of is not null) as duplicates,
  count(*) filter (where duplicate_of is null and closed_at is not null) as closed,
  count(*) filter (where duplicate_of is null and closed_at is null and owner is not null) as open,
  count(*) filter (where duplicate_of is null and closed_at is null and owner is null) as waiting
from lead group by site order by site
"""

_LOADS: Final = "select staff, open, hard from staff_load order by staff"


@dataclass(frozen=True)
class Seen:
    """One fact. `folded_at` is when reporting wrote it into its journal, in the transaction that counted it."""

    stream: str
    key: str
    type: str
    at: datetime
    folded_at: datetime
    body: Mapping[str, Any] = field(repr=False)


async def facts_seen(settings: Settings) -> list[Seen]:
    """Every fact about referrals, leads and alerts."""
    async with database_of("reporting", settings) as database, database.work("system:demo") as work:
        rows = await work.fetch(_JOURNAL)
    return [Seen(row[0], row[1], row[2].split(".")[1], *row[3:]) for row in rows]


async def sites_seen(settings: Settings, world: World, accepted: Mapping[str, int]) -> list[Site]:
    """Each site's leads and how full its staff are; `accepted` is what partners were told, by site."""
    async with database_of("routing", settings) as database, database.work("system:demo") as work:
        rows = {row["site"]: row for row in await work.fetch(_SITES)}
        loads = {row["staff"]: (row["open"], row["hard"]) for row in await work.fetch(_LOADS)}
    labels = {one["id"]: one["label"] for one in world.document["staff"]}
    names = {one["id"]: one["name"] for one in world.document["sites"]}
    pools = {pool["site"]: pool["members"] for pool in world.document["pools"]}
    return [
        Site(
            site=site,
            name=names[site],
            accepted=accepted.get(site, 0),
            **{name: rows[site][name] if site in rows else 0 for name in ("duplicates", "closed", "open", "waiting")},
            owners=[(labels[one], *loads[one]) for one in pools[site] if one in loads],
        )
        for site in sorted({*rows, *accepted})
    ]


def latency(facts: Sequence[Seen]) -> dict[str, Spread]:
    """From acceptance to owner, clock and report. Leads that waited for room, and duplicates, are not owned at once."""
    accepted = {one.key: one for one in facts if one.type == "ReferralReceived"}
    waited = {one.key for one in facts if one.type == "LeadWaiting" or one.body.get("reason") == "primarys_owner"}
    owned = {lead: at for lead, at in _first(facts, "OwnerAssigned").items() if lead not in waited}
    said = {"owner": owned, "clock": _first(facts, "DeadlineSet")}
    spreads = {
        name: spread([_ms(at, accepted[lead].at) for lead, at in moments.items() if lead in accepted])
        for name, moments in said.items()
    }
    return {**spreads, "report row": spread([_ms(one.folded_at, one.at) for one in accepted.values()])}


def waiting_room(facts: Sequence[Seen], most: int, now: int) -> Room:
    """Who ever waited, and how long it took until they were owned."""
    since = _first(facts, "LeadWaiting")
    owned = {one.key: one.at for one in facts if one.type == "OwnerAssigned" and one.key in since}
    times = [_ms(at, since[lead]) / 1000 for lead, at in owned.items()]
    return Room(len(since), most, len(owned), round(max(times, default=0.0), 1), now)


def alerts_seen(facts: Iterable[Seen], letters: int) -> Alerts:
    """Alerts by what became of them."""
    of = [one for one in facts if one.stream == "alerts"]
    counts = Counter(one.type for one in of)
    return Alerts(
        raised=dict(Counter(one.body["level"] for one in of if one.type == "AlertRaised")),
        delivered=counts["AlertDelivered"],
        failed=counts["AlertFailed"],
        acknowledged=counts["AlertAcknowledged"],
        withdrawn=counts["AlertResolved"],
        letters=letters,
    )


def duplicates_seen(facts: Sequence[Seen], people: Mapping[str, tuple[str, str, str]]) -> Found:
    """Routing's links against who is who; the last decision about a lead counts."""
    primaries: dict[str, str] = {}
    checked: dict[str, str] = {}
    for one in facts:
        if one.type == "DuplicateDecided":
            primaries.pop(one.key, None)
            if one.body.get("primary"):
                primaries[one.key] = one.body["primary"]
        if one.type == "DuplicateChecked":
            checked[one.key] = one.body["result"]
    return compare(people, primaries, [lead for lead, result in checked.items() if result == "suspected"])


def _first(facts: Iterable[Seen], kind: str) -> dict[str, datetime]:
    moments: dict[str, datetime] = {}
    for one in facts:
        if one.type == kind:
            moments.setdefault(one.key, one.at)
    return moments


def _ms(late: datetime, early: datetime) -> float:
    return (late - early).total_seconds() * 1000
