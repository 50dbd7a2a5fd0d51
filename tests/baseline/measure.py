"""The counters: how often each step asks the database for 500 facts, and what a lead costs its write-ahead log."""

import json
from itertools import count
from pathlib import Path
from typing import Any, Final

from contracts.streams import ALERTS, LEADS, NETWORK, REFERRALS, TOKENS, Stream
from services.cli.network import read_files
from tests.baseline.line import BATCH, Line, a_line, referral
from tests.journeys.world import NETWORK as NETWORK_FILE
from tests.place import Place

BASELINE: Final = Path(__file__).with_name("counters.json")

Counters = dict[str, int]

WAL: Final = "write-ahead log, bytes a lead"

_PATH: Final = "/intake/v1"
_WARM: Final = 100
"""Leads that go first: statements are prepared, pages were changed lately."""

_FEW_PAGES: Final = 20
"""Whole pages in the log of 500 leads when no checkpoint fell into it: 1 to 3."""

_TRIES: Final = 3

_WALK: Final = (
    ("routing", TOKENS),
    ("routing", REFERRALS),
    ("reporting", REFERRALS),
    ("sla", LEADS),
    ("reporting", LEADS),
    ("routing", ALERTS),
    ("reporting", ALERTS),
)
"""The way of a lead through the readers, each after what it needs was said."""


async def measured(place: Place, folder: Path) -> Counters:
    """Everything, on a fresh place.

    Raises:
        AssertionError: a checkpoint fell into every measurement.
    """
    async with a_line(place, folder) as line:
        numbers = count(1)
        counters = await network(line)
        await walk(line, numbers, _WARM)
        for _ in range(_TRIES):
            before = await line.wal()
            counters |= await walk(line, numbers, BATCH)
            written = (await line.wal()) - before
            if written.pages <= _FEW_PAGES:
                return counters | {WAL: written.bytes // BATCH}
        raise AssertionError("a checkpoint fell into every measurement")


def baseline() -> Counters:
    """What was committed."""
    found: Counters = json.loads(BASELINE.read_text("utf-8"))
    return found


async def network(line: Line) -> Counters:
    """The network of the journeys, then 500 colleagues more in one document."""
    operator = await line.ask("operator:local")
    document = read_files([NETWORK_FILE]).document
    taken: Counters = {}
    for staff in ([], [_colleague(number) for number in range(BATCH)]):
        changed = {**document, "staff": [*document["staff"], *staff]}
        assert (await operator.put(f"{_PATH}/network", json=changed)).status_code == 200
        await line.relay("intake")
        for service in ("routing", "sla", "reporting"):
            [taken[_reader(service, NETWORK)]] = await line.hear(service, NETWORK)
    return taken


async def walk(line: Line, numbers: "count[int]", leads: int) -> Counters:
    """So many referrals from the door to the last reader."""
    client = await line.ask("partner:quarrel")
    taken: Counters = {}
    for number in (next(numbers) for _ in range(leads)):
        line.statements.taken()
        head = {"idempotency-key": f"key-{number}"}
        answer = await client.post(f"{_PATH}/referrals", json=referral(number), headers=head)
        assert answer.status_code == 202, answer.text
        taken["POST of a referral"] = line.statements.taken()
    taken["round of the relay, with facts"] = await line.relay("intake")
    for service, stream in _WALK:
        batches = await line.hear(service, stream)
        taken[_reader(service, stream)] = max(batches)
        if stream in (REFERRALS, LEADS) and service != "reporting":
            await _all_sent(line, "routing" if stream is REFERRALS else "sla")
    taken["round of the relay, idle"] = await line.relay("intake")
    return taken


async def _all_sent(line: Line, service: str) -> None:
    for _ in range(3):  # 500 facts a shard and round at most
        await line.relay(service)


def _reader(service: str, stream: Stream) -> str:
    return f"{service} reads {BATCH} of {stream.name}"


def _colleague(number: int) -> dict[str, Any]:
    return {
        "id": f"colleague-{number}",
        "effective_from": "2025-01-06",
        "reviewed_on": "2025-01-06",
        "label": f"Colleague {number}, Soloby",
        "sites": ["soloby"],
        "roles": ["study_team"],
        "capacity": 0,
    }
