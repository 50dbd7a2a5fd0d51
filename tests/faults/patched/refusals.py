"""What a reader's cursors refuse, written down by the reader itself: facts that somebody has applied before (P5).

`<arm dir>/refused.<pid>` gets a line for each batch with a refused fact, also when the batch is rolled back afterwards.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from contracts.streams import Order
from services.chassis.consume import apply
from services.chassis.consume.decode import Item
from services.chassis.consume.plan import Parked, Plan
from services.chassis.consume.plan import plan as judged
from services.chassis.consume.rules import Cursor
from tests.faults.patched.patching import patch

_FILE: Final = "refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """One batch: how many of its facts were refused. `at` in seconds since 1970."""

    at: float
    pid: int
    role: str
    repeats: int
    of: int


def watch(folder: Path, role: str) -> None:
    """Lay the count around the one place where a batch is judged."""
    file = folder / f"{_FILE}.{os.getpid()}"

    def plan(
        items: Sequence[Item],
        cursors: Mapping[str, Cursor],
        parked: Parked,
        *,
        order: Order,
        adopts: Set[int] = frozenset(),
        drain: bool = True,
    ) -> Plan:
        made = judged(items, cursors, parked, order=order, adopts=adopts, drain=drain)
        if made.repeats:
            with file.open("a") as out:
                out.write(json.dumps(asdict(Refused(time.time(), os.getpid(), role, made.repeats, len(items)))) + "\n")
        return made

    patch(apply, "plan", plan)


def refusals(folder: Path) -> list[Refused]:
    """All of them so far, of every process, oldest first."""
    lines = [line for file in folder.glob(f"{_FILE}.*") for line in file.read_text().splitlines()]
    return sorted((Refused(**json.loads(line)) for line in lines), key=lambda one: one.at)
