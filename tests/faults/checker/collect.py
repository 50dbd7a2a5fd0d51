"""Everything a run left behind, read once: the servers first, files after."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.faults.checker.asked import ask_all
from tests.faults.checker.dump import connect, dump
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.mails import read_mails
from tests.faults.checker.search import search
from tests.faults.checker.topics import read_topics
from tests.faults.history import lines_of
from tests.faults.world import World

REPLAYED: Final = "replay.json"
RESOURCES: Final = "resources.jsonl"

T = TypeVar("T")


@dataclass
class Laps:
    """Seconds each part took."""

    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, name: str, do: Callable[[], T]) -> T:
        """Do it and note how long it took."""
        began = time.monotonic()
        done = do()
        self.seconds[name] = round(time.monotonic() - began, 2)
        return done


def collect(folder: Path, laps: Laps, *, ask: bool = True, look: bool = True) -> Evidence:
    """Read it all. `ask`: the public doors are there; `look`: search every file for canaries."""
    world = World.load(folder)
    topics = laps.of("topics", lambda: read_topics(world.kafka, world.namespace))
    tables = laps.of("dump", lambda: dump(world.administrator))
    answers = laps.of("doors", lambda: ask_all(world)) if ask and world.http else {}
    mails = laps.of("mails", lambda: read_mails(world.mail))
    if look:
        laps.of("checkpoint", lambda: written_out(world.administrator))
    found = laps.of("canaries", lambda: search(folder)) if look else None
    return Evidence(
        world=world,
        history=list(lines_of(world.history)),
        faults=list(lines_of(world.faults)),
        records=topics.records,
        tail=list(lines_of(world.tail)),
        tables=tables,
        mails=mails,
        answers=answers,
        ends=topics.ends,
        resources=list(lines_of(folder / RESOURCES)),
        replayed=_json(folder / REPLAYED),
        canaries=found.hits if found else (),
        searched=found.searched if found else {},
    )


def written_out(administrator: str) -> None:
    """Have PostgreSQL write what it holds in memory, so that its files show it."""
    with connect(administrator) as connection:
        connection.autocommit = True
        connection.execute("checkpoint")


def _json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text())) if file.exists() else {}
