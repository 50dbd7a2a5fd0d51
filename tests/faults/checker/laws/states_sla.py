"""sla's rows: leads, clocks, intervals, alerts; and the timers that must wait."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.laws.rows import around, both_ways, by
from tests.faults.checker.models.folded import Folded
from tests.faults.checker.models.said import Alert, Run
from tests.faults.checker.models.sla import Episode, Watched

LAW: Final = "a service's state is what the topics say"
CLOCK: Final = "first_response"

Rows = dict[Any, dict[str, Any]]
Episodes = Mapping[Any, Episode]
"""(lead, clock, number) -> episode"""


def law(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    """Every row, both ways."""
    leads, alerts, timers = model.clocks.leads, model.said.alerts, _timers(model)
    found = by(tables["sla.lead"], "id")
    yield from both_ways(LAW, "state", "sla.lead", leads, lambda key: _lead(leads[key]), found)
    yield from _clocks(tables, model)
    found = by(tables["sla.alert"], "id", "staff")
    yield from both_ways(LAW, "state", "sla.alert", alerts, lambda key: _alert(alerts[key]), found)
    found = by(tables["sla.timer"], "subject", "kind")
    yield from both_ways(LAW, "conservation", "sla.timer", timers, timers.__getitem__, found)
    for row in tables["routing.timer"]:
        yield Breach(LAW, "conservation", row["subject"], f"routing.timer {row['kind']} waits at rest")


def _lead(lead: Watched) -> dict[str, Any]:
    names = [
        "study",
        "site",
        "partner",
        "is_test",
        "received_at",
        "owner",
        "attempted",
        "closed",
        "duplicate",
        "version",
    ]
    return {name: getattr(lead, name) for name in names} | {"parked": False}


def _clocks(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    leads = model.clocks.leads
    episodes = {(lead.id, CLOCK, episode.number): episode for lead in leads.values() for episode in lead.episodes}
    found = by(tables["sla.clock"], "lead", "clock", "episode")
    must = partial(_clock, model, episodes)
    yield from both_ways(LAW, "state", "sla.clock", episodes, must, found)
    found = by([row for row in tables["sla.clock_interval"] if row["n"] == 1], "lead", "clock", "episode")
    must = partial(_interval, model, episodes)
    yield from both_ways(LAW, "state", "sla.clock_interval", episodes, must, found)


def _interval(model: Folded, episodes: Episodes, key: Any) -> dict[str, Any]:
    episode, lead = episodes[key], model.clocks.leads[key[0]]
    return {"site": lead.site, "kind": "run", "started_at": episode.started_at, "stopped_at": episode.stopped_at}


def _clock(model: Folded, episodes: Episodes, key: Any) -> dict[str, Any]:
    episode, lead = episodes[key], model.clocks.leads[key[0]]
    run = model.said.runs.get(lead.id, {}).get(episode.number, Run(episode.number))
    row: dict[str, Any] = {
        "study": lead.study,
        "site": lead.site,
        "policy": model.network.studies[lead.study]["policy"],
        "calendar": model.network.sites[lead.site]["calendar"],
        "state": "running" if episode.stopped_at is None else "ended",
        "level": run.level,
        "ended_by": episode.answered_by,
    }
    target = model.network.target(lead.study, lead.site)
    if target is not None:
        due = target.after(episode.started_at)
        row |= {name: getattr(due, name) for name in ("target_at", "warn_at", "breach_at")}
        row |= measured(episode, target.target)
    return row


def measured(episode: Episode, target: int) -> dict[str, Any]:
    """Open time it ran and whether that was in time, on a calendar that never closes; nothing while it runs."""
    if episode.stopped_at is None:
        return {"business_seconds": None, "within_target": None}
    ran = int((episode.stopped_at - episode.started_at).total_seconds())
    return {"business_seconds": ran, "within_target": ran <= target}


def _alert(alert: Alert) -> dict[str, Any]:
    raised_at, as_of, unconfirmed = alert.raised[-1]
    return {
        "lead": alert.lead, "study": alert.study, "site": alert.site, "clock": CLOCK, "episode": alert.episode,
        "level": alert.level, "as_of": as_of, "unconfirmed": unconfirmed, "is_test": alert.is_test,
        "raised_at": around(raised_at), "acknowledged_at": around(alert.acknowledged_at),
        "resolved_at": around(alert.resolved_at), "resolved_by": alert.resolved_by,
    }  # fmt: skip


def _timers(model: Folded) -> Rows:
    """A running clock waits for its next level; one that broke, or was answered, waits for nothing."""
    rows: Rows = {}
    for lead in model.clocks.leads.values():
        target = model.network.target(lead.study, lead.site)
        if lead.running is None or target is None:
            continue
        run = model.said.runs.get(lead.id, {}).get(lead.running.number, Run(lead.running.number))
        due = target.after(lead.running.started_at)
        if run.level != "breach":
            next_due = due.warn_at if run.level is None else due.breach_at
            rows[lead.id, CLOCK] = {"due": next_due, "shard": lead.partition, "held_at": None}
    return rows
