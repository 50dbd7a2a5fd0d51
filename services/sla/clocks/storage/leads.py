"""Leads and the episodes of their clocks: locked in id order, written whole, a few statements for any number."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from contracts.vocabulary import Answered, Clock, Level
from services.chassis.work import Work
from services.sla.clocks.rules.episode import Basis, Episode
from services.sla.clocks.rules.lead import Clocks, Lead
from services.sla.policies.rules import Deadlines

_LEAD: Final = TypeAdapter(Lead)
_EPISODE: Final = TypeAdapter(Episode)

_LEADS: Final = "select * from lead where id = any($1::uuid[]) order by id"

_EPISODES: Final = """
select c.*, i.started_at, i.stopped_at from clock c join clock_interval i using (lead, clock, episode)
where c.lead = any($1::uuid[]) and i.lead = any($1::uuid[]) and i.n = 1 order by c.lead, c.clock, c.episode
"""

_SAVE: Final = """
with leads as (
insert into lead select * from jsonb_populate_recordset(null::lead, $1::jsonb) order by id
on conflict (id) do update set received_at = excluded.received_at, owner = excluded.owner,
  attempted = excluded.attempted, closed = excluded.closed, duplicate = excluded.duplicate, version = excluded.version
), episodes as (
insert into clock select * from jsonb_populate_recordset(null::clock, $2::jsonb) order by lead, clock, episode
on conflict (lead, clock, episode) do update set state = excluded.state, policy = excluded.policy,
  calendar = excluded.calendar, study_version = excluded.study_version, site_version = excluded.site_version,
  policy_version = excluded.policy_version, calendar_version = excluded.calendar_version,
  target_at = excluded.target_at, warn_at = excluded.warn_at, breach_at = excluded.breach_at,
  level = excluded.level, ended_by = excluded.ended_by, business_seconds = excluded.business_seconds,
  within_target = excluded.within_target
)
insert into clock_interval
select lead, clock, episode, 1, site, 'run', started_at, stopped_at, calendar, calendar_version
from jsonb_to_recordset($2::jsonb) as r(lead uuid, clock text, episode integer, site text, started_at timestamptz,
  stopped_at timestamptz, calendar text, calendar_version bigint) order by lead, clock, episode
on conflict (lead, clock, episode, n) do update set stopped_at = excluded.stopped_at, calendar = excluded.calendar,
  calendar_version = excluded.calendar_version
"""


async def clocks_for_update(work: Work, leads: Collection[UUID]) -> dict[UUID, Clocks]:
    """These leads, locked in id order, and their clocks; one never heard of is not in the answer."""
    return await _clocks(work, await work.fetch(f"{_LEADS} for update", list(leads)))


async def clocks_free(work: Work, leads: Collection[UUID]) -> dict[UUID, Clocks]:
    """Those of these leads that nobody else holds, locked, and their clocks."""
    return await _clocks(work, await work.fetch(f"{_LEADS} for update skip locked", list(leads)))


async def clocks_as_they_are(work: Work, leads: Collection[UUID]) -> dict[UUID, Clocks]:
    """These leads and their clocks, read without a lock (or locked by this work already)."""
    return await _clocks(work, await work.fetch(_LEADS, list(leads)))


async def lock_free(work: Work, leads: Sequence[UUID]) -> set[UUID]:
    """Lock those of these leads that nobody else holds, in id order: the ticker's first step."""
    rows = await work.fetch(
        "select id from lead where id = any($1::uuid[]) order by id for update skip locked", list(leads)
    )
    return {row["id"] for row in rows}


async def save(work: Work, before: Mapping[UUID, Clocks], after: Mapping[UUID, Clocks]) -> None:
    """Write the leads and episodes that changed; the caller holds the leads locked. `parked` is `park`'s alone."""
    was = {lead: (one.lead, frozenset(one.episodes)) for lead, one in before.items()}
    leads = [one.lead for lead, one in after.items() if lead not in was or was[lead][0] != one.lead]
    episodes = [
        _episode_row(episode)
        for lead, one in after.items()
        for episode in one.episodes
        if lead not in was or episode not in was[lead][1]
    ]
    if leads or episodes:
        rows = [_LEAD.dump_python(lead, mode="json") for lead in leads]
        await work.run(_SAVE, json.dumps(rows), json.dumps(episodes))


async def park(work: Work, leads: Sequence[UUID], parked: bool) -> None:
    """Facts of these leads wait for repair, or no longer."""
    await work.run("update lead set parked = $2 where id = any($1::uuid[])", list(leads), parked)


async def _clocks(work: Work, rows: Sequence[Any]) -> dict[UUID, Clocks]:
    if not rows:
        return {}
    episodes: dict[UUID, list[Episode]] = {row["id"]: [] for row in rows}
    for row in await work.fetch(_EPISODES, list(episodes)):
        episodes[row["lead"]].append(_episode(row))
    return {row["id"]: Clocks(Lead(**dict(row)), tuple(episodes[row["id"]])) for row in rows}


def _episode(row: Any) -> Episode:
    deadlines = None
    if row["target_at"] is not None:
        deadlines = Deadlines(row["target_at"], row["warn_at"], row["breach_at"])
    return Episode(
        lead=row["lead"],
        study=row["study"],
        site=row["site"],
        clock=Clock(row["clock"]),
        number=row["episode"],
        started_at=row["started_at"],
        stopped_at=row["stopped_at"],
        ended_by=Answered(row["ended_by"]) if row["ended_by"] else None,
        basis=Basis(
            row["policy"],
            row["calendar"],
            row["study_version"],
            row["site_version"],
            row["policy_version"],
            row["calendar_version"],
        ),
        deadlines=deadlines,
        level=Level(row["level"]) if row["level"] else None,
        business_seconds=row["business_seconds"],
        within_target=row["within_target"],
    )


def _episode_row(episode: Episode) -> dict[str, Any]:
    row: dict[str, Any] = _EPISODE.dump_python(episode, mode="json")
    deadlines = row.pop("deadlines") or {}
    return {**row, **row.pop("basis"), **deadlines, "episode": row["number"], "state": episode.state}
