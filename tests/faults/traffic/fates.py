"""What coordinators will do about a lead: from the seed and its person's number, before anybody has seen it. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tests.faults.traffic.network import SECONDS

EDGE: Final = 0.05
"""Seconds around a due time within which some leads are answered."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command on a lead, `after` seconds after the one before it (the first: after it was seen).

    `due` is `warn` or `breach`: then it is given at that due time plus `after`, which is within `EDGE` of it.
    """

    command: str
    """the path below the lead: `attempts`, `blockers`, `blockers/awaiting_person/clear`, `next-action`, `close`"""
    body: dict[str, Any] | None
    after: float
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """All that will be done. Without steps nobody ever does anything."""

    name: str
    steps: tuple[Step, ...]


_NAMES: Final = ("prompt", "at_warn", "at_breach", "stale", "forgotten")
_SHARES: Final = (62, 12, 10, 15, 1)
_MOST_FORGOTTEN: Final = 2_000
"""People after this one are never forgotten: a queue shows its 500 oldest leads, and must not be full of these."""

_REASONS: Final = ("not_interested", "too_far", "schedule", "withdrew_interest", "too_burdensome", "wrong_contact")
_BLOCKERS: Final = ("awaiting_person", "transport", "no_slot", "awaiting_records")


def fate_of(seed: int, person: int | str, permitted: Sequence[str], *, clocks: bool, now: datetime) -> Fate:
    """The fate of this person's lead. `clocks`: its due times come within the run; else nobody waits for them."""
    rng = random.Random(f"{seed} fate {person}")
    name = rng.choices(_NAMES, _SHARES)[0]
    if name == "forgotten" and not (isinstance(person, int) and person < _MOST_FORGOTTEN):
        name = "stale"
    first = _first(name, rng)
    if not clocks and name != "forgotten":
        first = (rng.uniform(0.2, 4.0), None)
    if first is None:
        return Fate(name, ())
    attempt = _attempt(permitted, rng)
    steps = [Step("attempts", attempt, *first)]
    if attempt["result"] != "asked_to_stop":
        steps += _between(permitted, rng, now)
        steps.append(Step("close", {"reason": rng.choice(_REASONS)}, rng.uniform(0.3, 2.0)))
    return Fate(name, tuple(steps))


def _first(name: str, rng: random.Random) -> tuple[float, str | None] | None:
    match name:
        case "prompt":
            return rng.uniform(0.1, 2.5), None
        case "at_warn":
            return rng.uniform(-EDGE, EDGE), "warn"
        case "at_breach":
            return rng.uniform(-EDGE, EDGE), "breach"
        case "stale":
            return rng.uniform(1.0, 5.0), "breach"
    return None


def alert_delay(seed: int, person: int | str) -> float | None:
    """Seconds after an alert's mail came until it is acknowledged; None: never."""
    rng = random.Random(f"{seed} alert {person}")
    return rng.uniform(0.1, 3.0) if rng.random() < 0.6 else None


def due_of(received_at: datetime, level: str) -> datetime:
    """When a lead's clock warns or is missed; these calendars never close."""
    return received_at + timedelta(seconds=SECONDS[level])


def _attempt(permitted: Sequence[str], rng: random.Random) -> dict[str, Any]:
    channel = rng.choice([one for one in permitted if one != "may_leave_message"] or ["phone"])
    result = rng.choices(("reached", "no_answer", "call_back_asked", "spoke_to_other", "asked_to_stop"),
                         (50, 30, 9, 6, 5))[0]  # fmt: skip
    attempt = {"direction": "out", "channel": channel, "result": result}
    if result == "reached" and rng.random() < 0.4:
        attempt["outcome"] = "prescreen_started"
    return attempt


def _between(permitted: Sequence[str], rng: random.Random, now: datetime) -> list[Step]:
    steps: list[Step] = []
    if rng.random() < 0.12:
        kind = rng.choice(_BLOCKERS)
        steps += [
            Step("blockers", {"kind": kind}, rng.uniform(0.1, 1.0)),
            Step(f"blockers/{kind}/clear", None, rng.uniform(0.2, 2.0)),
        ]
    if rng.random() < 0.08:
        due = (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        steps.append(Step("next-action", {"action": "send_information", "due_at": due}, rng.uniform(0.1, 1.0)))
    if rng.random() < 0.15:
        attempt = {**_attempt(permitted, rng), "result": "no_answer"}
        attempt.pop("outcome", None)
        steps.append(Step("attempts", attempt, rng.uniform(0.2, 1.5)))
    return steps
