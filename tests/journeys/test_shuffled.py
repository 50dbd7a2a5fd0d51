"""Between streams there is no order: whatever a service hears first, it ends where it would have ended (P4, P5, P7)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from contracts.streams import STREAMS
from services.chassis.service import Service
from tests.clock import administrator
from tests.doors import Doors
from tests.journeys.dump import Dump, differences, domain
from tests.journeys.records import records_of
from tests.journeys.stage import Stage, Told, one_after_the_other, shuffled
from tests.journeys.world import World
from tests.place import Place

Recorded = dict[str, list[Any]]

SEEDS: Final = range(24)

MAY_DIFFER: Final = {
    "routing": {
        # moments of this run
        "lead": {"opened_at", "waiting_since", "next_due", "version"},
        # why and beside how many others somebody was chosen is the story of this run
        "assignment": {"id", "at", "reason", "load", "candidates"},
        "match_token": {"seq"},
        "match_pair": {"seq"},
        # sealed under a nonce of its own each time
        "match_signature": {"sealed"},
        "timer": {"due"},
    },
    "sla": {},
    "reporting": {"journal": {"folded_at"}},
}


@pytest.fixture(scope="module")
async def recorded(world: World) -> Recorded:
    """What Kafka has of some leads that were worked on, and of the network they belong to."""
    canary = world.canaries.next()
    leads = [await world.post("kelp-soloby", canary), *[await world.post("kelp-soloby") for _ in range(4)]]
    await world.owned(leads[0])
    again = await world.send(world.referral("kelp-soloby", canary, external_id="Zaphnaquill-shuffled"))
    leads.append(again.json()["lead"])
    await world.attempt(await world.owned(leads[1]), leads[1], "no_answer")
    await world.attempt("hanno", leads[1])
    await world.owned(leads[2])
    await world.command("hanno", leads[2], "close", {"reason": "schedule"})
    await world.owned(leads[3])
    await world.command("hanno", leads[3], "blockers", {"kind": "awaiting_person"})
    await world.at_rest()
    found = {name: await records_of(world.place, stream) for name, stream in STREAMS.items()}
    mine = set(leads)
    told = {name: [one for one in found[name] if name == "network" or one.key.decode() in mine] for name in found}
    return told | {"tokens": sorted(told["tokens"], key=lambda one: str(one.key))}


@pytest.fixture
async def stage(service: str, fresh_place: Place, tmp_path: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        parts = Doors(fresh_place, tmp_path / "keys", stack).parts(service)
        built: Service = import_module(f"services.{service}.app").build(parts)
        admin = await administrator(fresh_place)
        stack.push_async_callback(admin.close)
        yield Stage(built, parts.database, admin)


def _first_holders_first(told: list[Told], recorded: Recorded) -> list[Told]:
    """Who of two equal people came first is what a duplicate is decided on: tokens come in the order of the leads."""
    order = iter((STREAMS["tokens"], record) for record in recorded.get("tokens", []))
    return [next(order) if stream is STREAMS["tokens"] else (stream, record) for stream, record in told]


async def _ends_at(stage: Stage, told: Sequence[Told], at_once: int) -> Dump:
    await stage.empty()
    await stage.play(told, at_once=at_once)
    assert await stage.parked() == 0
    return await domain(stage.admin, stage.service.name, without=MAY_DIFFER[stage.service.name])


@pytest.mark.parametrize("service", ["routing", "sla", "reporting"])
async def test_every_order_of_arrival_ends_in_the_same_state(stage: Stage, recorded: Recorded) -> None:
    heard = {stream.name: recorded[stream.name] for stream in stage.streams}
    orders = list(one_after_the_other(heard))
    expected = await _ends_at(stage, orders[0], 500)
    assert sum(map(len, expected.values())) > 50
    for told in orders[1:]:
        named = [stream.name for stream, _ in told]
        assert differences(expected, await _ends_at(stage, told, 500)) == [], f"in the order {dict.fromkeys(named)}"
    for seed in SEEDS:
        told = _first_holders_first(shuffled(heard, seed), heard)
        assert differences(expected, await _ends_at(stage, told, 1 + seed % 9)) == [], f"shuffled with seed {seed}"
