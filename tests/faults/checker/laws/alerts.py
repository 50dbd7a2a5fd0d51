"""Alerts: each required one once, none before its time, none for an answered lead, each to who is accountable (P8-P10).

Marked `unconfirmed`, one may come although the answer was committed: only after routing's watermark stood still for
120 s, and it is withdrawn afterwards. Those are counted apart (`unconfirmed`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws import acknowledged, clocks, ledger, mails, standstill
from tests.faults.checker.models.folded import Folded, folded
from tests.faults.checker.models.network import Deadlines
from tests.faults.checker.models.said import Alert, Run
from tests.faults.checker.models.sla import Episode, Watched

LEVELS: Final = ("warning", "breach")
EARLY: Final = "no alert before its due time, nor for an answered lead"
REQUIRED: Final = "each required alert is there, once"
ACCOUNTABLE: Final = "an alert is for the accountable person"
OVER: Final = "an alert is over when its clock is"

FIRES_WITHIN: Final = timedelta(seconds=10)
"""Of the watermark passing a due time; 5 s is promised (P8)."""

LATE: Final = timedelta(seconds=300)
"""Nobody answers so long after a due time of which sla knew and finds that no alert was raised, unless sla was away."""


def law(evidence: Evidence) -> Iterator[Breach]:
    """All of it, with clocks, timers, mails and acknowledgements."""
    model = folded(evidence)
    yield from clocks.law(model)
    for odd in model.said.odd:
        yield Breach("what sla says of an alert fits together", odd.group, odd.key, odd.says)
    for lead in model.clocks.leads.values():
        yield from _of_lead(lead, model)
    yield from standstill.law(evidence, model)
    yield from ledger.law(evidence.tables, model)
    yield from mails.law(evidence, model)
    yield from acknowledged.law(evidence, model)


def unconfirmed(evidence: Evidence) -> int:
    """How many alerts were raised unconfirmed: counted apart, for the printed result."""
    return sum(any(raised[2] for raised in alert.raised) for alert in folded(evidence).said.alerts.values())


def _of_lead(lead: Watched, model: Folded) -> Iterator[Breach]:
    runs, alerts = model.said.runs.get(lead.id, {}), model.said.of_lead.get(lead.id, [])
    target = model.network.target(lead.study, lead.site)
    for episode in lead.episodes:
        run = runs.get(episode.number, Run(episode.number))
        mine = [alert for alert in alerts if alert.episode == episode.number]
        if target is not None:
            due = target.after(episode.started_at)
            yield from _in_time(lead, episode, run, mine, due)
            yield from _required(lead, episode, run, mine, due, model)
        yield from _accountable(lead, mine, model)
        yield from _ends(lead, episode, run, mine, model)


def _in_time(lead: Watched, episode: Episode, run: Run, alerts: Sequence[Alert], due: Deadlines) -> Iterator[Breach]:
    answered = episode.answered_at
    for level, reached in run.reached.items():
        if reached < due.of(level):
            yield Breach(EARLY, "early", lead.id, f"{level} at {reached}, due {due.of(level)}")
        excused = any(raised[2] for alert in alerts if alert.level == level for raised in alert.raised)
        if answered is not None and answered < due.of(level) and not excused:
            yield Breach(EARLY, "early", lead.id, f"{level} due {due.of(level)}, and it was answered at {answered}")
    for alert in alerts:
        for at, as_of, _ in alert.raised:
            if at < due.of(alert.level):
                yield Breach(EARLY, "early", lead.id, f"{alert.level} raised at {at}, due {due.of(alert.level)}")
            if episode.answer_version is not None and as_of >= episode.answer_version:
                says = f"{alert.level} raised on version {as_of}, answered by version {episode.answer_version}"
                yield Breach(EARLY, "early", lead.id, says)


def _required(
    lead: Watched, episode: Episode, run: Run, alerts: Sequence[Alert], due: Deadlines, model: Folded
) -> Iterator[Breach]:
    until = model.watermarks.at.get(lead.partition, model.last) - FIRES_WITHIN
    if episode.answered_at is not None:
        until = min(until, episode.answered_at - LATE)
    for level in LEVELS:
        at = run.reached.get(level)
        if at is None:
            if max(due.of(level), run.set_at or due.of(level)) < until:
                yield Breach(REQUIRED, "missed", lead.id, f"{level} was due {due.of(level)} and never came")
        elif _somebody(lead, at, due.of(level), model) and not any(alert.level == level for alert in alerts):
            yield Breach(REQUIRED, "missed", lead.id, f"{level} was reached at {at}, and nobody was told")


def _somebody(lead: Watched, at: datetime, due: datetime, model: Folded) -> bool:
    """Whether anybody was accountable when a level was reached: sla had heard whatever was said before the due time."""
    if model.network.stand_ins(lead.site):
        return True
    before = [owner for _, owner, since in lead.owners if since < min(at, due)]
    return bool(before) and before[-1] is not None


def _accountable(lead: Watched, alerts: Sequence[Alert], model: Folded) -> Iterator[Breach]:
    for alert in alerts:
        for _, as_of, _ in alert.raised:
            owner = lead.owner_at(as_of)
            allowed = {owner} if owner is not None else model.network.stand_ins(lead.site)
            if alert.staff not in allowed:
                says = f"{alert.level} to {alert.staff}, by version {as_of} accountable: {sorted(allowed)}"
                yield Breach(ACCOUNTABLE, "owners", lead.id, says)


def _ends(lead: Watched, episode: Episode, run: Run, alerts: Sequence[Alert], model: Folded) -> Iterator[Breach]:
    still = [alert for alert in alerts if alert.open]
    if episode.answered_at is not None:
        for alert in still:
            yield Breach(OVER, "state", lead.id, f"{alert.level} to {alert.staff} is open, the lead was answered")
    else:
        yield from _told(lead, run, still, model)
    for alert in alerts:
        if alert.resolved_by not in (None, "owner_changed", episode.answered_by):
            says = f"{alert.level} resolved by {alert.resolved_by}, answered by {episode.answered_by}"
            yield Breach(OVER, "state", lead.id, says)
        if alert.resolved_by == "owner_changed" and {owner for _, owner, _ in lead.owners} <= {alert.staff}:
            yield Breach(OVER, "state", lead.id, f"resolved by a change of owner, {alert.staff} is the only one ever")


def _told(lead: Watched, run: Run, still: Sequence[Alert], model: Folded) -> Iterator[Breach]:
    """While nobody answers: the accountable person has the highest level, nobody else has any."""
    accountable = {lead.owner} if lead.owner is not None else model.network.stand_ins(lead.site)
    for alert in still:
        if alert.staff not in accountable:
            says = f"{alert.staff} still has it, accountable: {sorted(accountable)}"
            yield Breach(ACCOUNTABLE, "owners", lead.id, says)
    highest = [alert for alert in still if alert.level == run.level]
    if run.level is not None and accountable and len(highest) != 1:
        yield Breach(REQUIRED, "missed", lead.id, f"{len(highest)} open alerts of its highest level, {run.level}")
