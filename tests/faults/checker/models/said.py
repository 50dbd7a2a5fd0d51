"""What sla said: the alerts stream folded per lead, and what in it cannot be whatever routing did."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from tests.faults.checker.models.facts import Fact, moment
from tests.faults.checker.models.network import Deadlines

LEVELS: Final = {"DeadlineWarned": "warning", "DeadlineMissed": "breach"}


@dataclass(slots=True)
class Alert:
    """One level of one episode as addressed to one staff member, after all that was said of it."""

    id: str
    staff: str
    lead: str
    study: str
    site: str
    episode: int
    level: str
    is_test: bool
    raised: list[tuple[datetime, int, bool]] = field(default_factory=list)
    """(when, judged on which version of the lead, unconfirmed)"""
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    delivered: int = 0
    failed: int = 0
    acknowledged: int = 0

    @property
    def open(self) -> bool:
        """Not over."""
        return self.resolved_at is None


@dataclass(slots=True)
class Run:
    """One episode as sla told it."""

    number: int
    set: list[Deadlines] = field(default_factory=list)
    set_at: datetime | None = None
    """when sla knew of it first: after an outage long after it began"""
    reached: dict[str, datetime] = field(default_factory=dict)
    """level -> when"""
    ended: datetime | None = None
    by: str | None = None
    business_seconds: int | None = None
    within_target: bool | None = None

    @property
    def level(self) -> str | None:
        """The highest it reached."""
        return "breach" if "breach" in self.reached else "warning" if "warning" in self.reached else None


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that may never be said."""

    group: str
    key: str
    says: str


@dataclass
class Said:
    """The whole stream."""

    runs: dict[str, dict[int, Run]] = field(default_factory=dict)
    alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    """(alert, staff)"""
    of_lead: dict[str, list[Alert]] = field(default_factory=dict)
    odd: list[Odd] = field(default_factory=list)
    fired: int = 0
    """levels that a timer reached"""

    def on_alert(self, fact: Fact) -> None:
        """One more fact of the stream."""
        run = self.runs.setdefault(fact.key, {}).setdefault(fact.body["episode"], Run(fact.body["episode"]))
        if "alert" in fact.body:
            self.odd += [Odd(group, fact.key, says) for group, says in self._alert(run, fact)]
        else:
            self.odd += [Odd(group, fact.key, says) for group, says in self._clock(run, fact)]

    def _clock(self, run: Run, fact: Fact) -> Iterator[tuple[str, str]]:
        body = fact.body
        if run.ended is not None:
            yield ("early", f"{fact.type} of an episode that had ended") if fact.type in LEVELS else (
                "repeated", f"{fact.type} of an episode that had ended")  # fmt: skip
        match fact.type:
            case "DeadlineSet":
                run.set_at = run.set_at or fact.time
                run.set.append(Deadlines(*(moment(body[name]) for name in ("target_at", "warn_at", "breach_at"))))
            case "DeadlineWarned" | "DeadlineMissed":
                self.fired += 1
                level = LEVELS[fact.type]
                if level in run.reached:
                    yield "repeated", f"{level} reached twice"
                if level == "breach" and "warning" not in run.reached:
                    yield "missed", "missed without having warned"
                run.reached.setdefault(level, fact.time)
            case "DeadlineEnded":
                run.ended, run.by = fact.time, body["by"]
                run.business_seconds, run.within_target = body["business_seconds"], body["within_target"]

    def _alert(self, run: Run, fact: Fact) -> Iterator[tuple[str, str]]:
        body, key = fact.body, (fact.body["alert"], fact.body["staff"])
        if body["alert"] != alert_id(fact.key, body["clock"], body["episode"], body["level"]):
            yield "repeated", f"an alert {body['alert']} that is not its level's own"
        if fact.type == "AlertRaised":
            yield from self._raised(run, fact)
            return
        alert = self.alerts.get(key)
        if alert is None:
            yield "state", f"{fact.type} of an alert that was never raised"
            return
        match fact.type:
            case "AlertDelivered":
                alert.delivered += 1
                if alert.delivered > 1:
                    yield "repeated", f"delivered to {alert.staff} twice"
            case "AlertFailed":
                alert.failed += 1
            case "AlertAcknowledged":
                yield from _acknowledged(alert, fact)
            case "AlertResolved":
                if not alert.open:
                    yield "repeated", f"{alert.level} to {alert.staff} resolved twice"
                alert.resolved_at, alert.resolved_by = fact.time, body["by"]

    def _raised(self, run: Run, fact: Fact) -> Iterator[tuple[str, str]]:
        body, level = fact.body, fact.body["level"]
        mine = self.of_lead.setdefault(fact.key, [])
        if any(one.id == body["alert"] and one.open for one in mine):
            yield "repeated", f"{level} raised again while it was open"
        if run.ended is not None:
            yield "early", f"{level} raised after its episode had ended"
        if level not in run.reached:
            yield "early", f"{level} raised, and the level was never said to be reached"
        alert = self.alerts.get((body["alert"], body["staff"]))
        if alert is None:
            names = (body["alert"], body["staff"], fact.key, body["study"], body["site"])
            alert = Alert(*names, body["episode"], level, fact.is_test)
            self.alerts[alert.id, alert.staff] = alert
            mine.append(alert)
        elif alert.resolved_by != "owner_changed":
            yield "repeated", f"{level} raised to {alert.staff} again, and no change of owner lies between"
        alert.raised.append((fact.time, body["as_of"], bool(body.get("unconfirmed"))))
        alert.acknowledged_at = alert.resolved_at = alert.resolved_by = None


def alert_id(lead: str, clock: str, episode: int, level: str) -> str:
    """The one id a level of an episode has (architecture.md, derived ids)."""
    return str(uuid5(UUID(lead), f"alert:{clock}:{episode}:{level}"))


def _acknowledged(alert: Alert, fact: Fact) -> Iterator[tuple[str, str]]:
    if not alert.open or alert.acknowledged_at is not None:
        yield "repeated", f"{alert.level} acknowledged while it was over, or twice"
    if fact.actor not in (f"staff:{alert.staff}", ""):
        yield "state", f"acknowledged by {fact.actor}, addressed to {alert.staff}"
    alert.acknowledged += 1
    alert.acknowledged_at = fact.time
