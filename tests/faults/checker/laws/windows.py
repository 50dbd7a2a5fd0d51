"""When faults were: lines of faults.jsonl as spans of time."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from tests.faults.history import Line

Span = tuple[float, float, str]
"""(since, until, all that was written about it)"""


class Windows:
    """The faults of a run, each from just before it was done until it was healed; ends of processes as moments."""

    def __init__(self, faults: Iterable[Line]) -> None:
        self._spans = sorted(_spans(faults))
        self._starts = [since for since, _, _ in self._spans]

    def touch(self, since: float, until: float, *about: str) -> bool:
        """Whether a fault lies in or over this span; `about`: one whose lines name one of these."""
        before = self._spans[: bisect_right(self._starts, until)]
        return any(end >= since and (not about or any(word in text for word in about)) for _, end, text in before)


def _spans(faults: Iterable[Line]) -> Iterator[Span]:
    under_way: dict[Any, tuple[float, str]] = {}
    for line in faults:
        at, text = float(line["at"]), json.dumps(line, default=str)
        match line["what"]:
            case "fault":
                under_way[line["fault"]] = (at, text)
            case "met" if line.get("fault") in under_way:
                since, said = under_way[line["fault"]]
                under_way[line["fault"]] = (since, said + text)
            case "healed" if line.get("fault") in under_way:
                since, said = under_way.pop(line["fault"])
                yield (since, at, said)
            case "ended":
                yield (at, at, text)
    for since, said in under_way.values():
        yield (since, float("inf"), said)
