"""Open files, memory and connections of a process do not grow for ever.

A line is laid through the samples of one process (least squares), past its first minute. It grows when the line rises
by more than `allowed` over the time seen, with at least twelve samples (two minutes), when the last third also lies
above the middle third, and when it goes on rising within that last third: what rises once and stays is no leak,
however late it rises (a process that was started while Kafka was away gets its connections and its batches at once,
when Kafka comes back).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

from tests.faults.checker.evidence import Breach, Evidence

WARM_UP = 60.0
FEWEST = 12
MIB = 2**20
CALLERS = 64
"""Connections that the harness's own callers keep open to one api, at most, as their window and its timeout allow."""


@dataclass(frozen=True)
class Allowed:
    """How much a line may rise over a whole run, and how much its last third may lie above its middle third."""

    rise: float
    last: float
    unit: str


LIMITS: Mapping[str, Allowed] = {
    "fds": Allowed(20, 5, "open files"),  # of an api CALLERS more: its callers keep connections open for 75 s
    "threads": Allowed(10, 3, "threads"),
    "rss": Allowed(64 * MIB, 12 * MIB, "bytes of memory"),
    "sessions": Allowed(6, 2, "connections to PostgreSQL"),
}

Series = Sequence[tuple[float, float]]


def nothing_grows(evidence: Evidence) -> Iterator[Breach]:
    """Every process of the product, and its connections."""
    for (name, _, what), series in _series(evidence).items():
        allowed = _of_api(LIMITS[what]) if what == "fds" and name.partition("#")[0].endswith(".api") else LIMITS[what]
        if (rise := risen(series, allowed)) is not None:
            seconds = series[-1][0] - series[0][0]
            yield Breach("nothing_grows", "growth", name, f"{rise:+,.0f} {allowed.unit} in {seconds:.0f} s")


def _of_api(allowed: Allowed) -> Allowed:
    return Allowed(allowed.rise + CALLERS, allowed.last + CALLERS, allowed.unit)


def risen(series: Series, allowed: Allowed) -> float | None:
    """By how much a series rose, None when that is allowed."""
    warm = [(at, value) for at, value in series if at >= series[0][0] + WARM_UP]
    if len(warm) < FEWEST:
        return None
    slope = linear_regression([at for at, _ in warm], [value for _, value in warm]).slope
    rise, third = slope * (warm[-1][0] - warm[0][0]), len(warm) // 3
    values = [value for _, value in warm]
    above = median(values[-third:]) - median(values[third:-third]) > allowed.last
    return rise if rise > allowed.rise and above and _goes_on(values[-third:], allowed) else None


def _goes_on(last: Sequence[float], allowed: Allowed) -> bool:
    """Whether the end of the last third still lies above its beginning; half as long, so half as much."""
    half = len(last) // 2
    return median(last[-half:]) - median(last[:half]) > allowed.last / 2


def _series(evidence: Evidence) -> Mapping[tuple[str, int, str], Series]:
    """(process, pid, what) -> (seconds, value)."""
    found: dict[tuple[str, int, str], list[tuple[float, float]]] = defaultdict(list)
    for line in evidence.resources:
        at = float(line["at"])
        for role, held in line["roles"].items():
            for what in ("fds", "threads", "rss"):
                if what in held:
                    found[role, held.get("pid") or 0, what].append((at, float(held[what])))
        ours = {name: count for name, count in (line.get("sessions") or {}).items() if name.startswith("baton-")}
        for name, count in ours.items():
            found[name, 0, "sessions"].append((at, float(count)))
    return found
