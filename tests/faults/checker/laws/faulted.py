"""What the schedule saw: every fault was got over, nothing stood still, nobody ended who was not asked to (P12-P14)."""

from collections.abc import Iterator, Mapping, Sequence

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.history import Line

GAVE_UP = 70
"""EX_SOFTWARE: a process that ended itself because it made no progress (P13)."""

_FULL = "full disk "
"""How the label of a fault begins whose server had no room; its name follows."""


def faults_are_got_over(evidence: Evidence) -> Iterator[Breach]:
    """Each fault's recovery was seen."""
    for line in evidence.faults:
        if line["what"] == "recovered" and line["seconds"] is None:
            says = f"fault {line['fault']} was not got over before the run's end"
            yield Breach("faults_are_got_over", "recovery", line["label"], says)


def nothing_stood_still(evidence: Evidence) -> Iterator[Breach]:
    """No work lay for over 90 s in a process whose dependency answered; SIGTERM ended each within 20 s."""
    for line in evidence.faults:
        if line["what"] == "stall":
            says = f"{line['of']} lay still for {line['seconds']:.0f} s"
            yield Breach("nothing_stood_still", "stalls", line["role"], says)
        elif line.get("too_slow"):
            says = f"fault {line['fault']}: took {line.get('ended_s')} s to end after SIGTERM"
            yield Breach("nothing_stood_still", "stalls", str(line["label"]), says)


def nobody_ended_alone(evidence: Evidence) -> Iterator[Breach]:
    """Whoever ended was killed by us, met a crash point, gave up as P13 says, or had no room on its disk."""
    full = _full_disks(evidence.faults)
    for line in evidence.faults:
        if line["what"] != "ended" or line.get("asked") or line.get("point") or line.get("code") in (0, GAVE_UP):
            continue
        if not any(since <= line["at"] <= until for since, until in full.get(line["who"], ())):
            yield Breach("nobody_ended_alone", "stalls", line["who"], f"ended by itself with {line['code']}")


def _full_disks(faults: Sequence[Line]) -> Mapping[str, list[tuple[float, float]]]:
    """server -> times in which its disk had no room, and half a minute after."""
    healed = {line["fault"]: float(line["at"]) for line in faults if line["what"] == "healed"}
    found: dict[str, list[tuple[float, float]]] = {}
    for line in faults:
        if line["what"] == "met" and line["label"].startswith(_FULL):
            until = healed.get(line["fault"], float("inf"))
            found.setdefault(line["label"].removeprefix(_FULL), []).append((float(line["hit_at"]), until + 30))
    return found
