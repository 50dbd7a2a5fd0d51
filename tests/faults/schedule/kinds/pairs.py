"""Two processes with one job: two relays of one shard, two readers of one partition."""

import asyncio
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from deploy.local.addresses import HOST
from deploy.local.ports import free_port
from tests.faults.patched import arms
from tests.faults.patched.points import POINTS
from tests.faults.patched.refusals import refusals
from tests.faults.schedule.kinds.points import meet
from tests.faults.schedule.looks import look
from tests.faults.schedule.scene import Met, Scene
from tests.faults.stand.roles import Role

HOLDING: Final = "holding_a_batch"
"""The point at which a reader has a fetched batch in its hands and no transaction yet."""

TAKEN_OVER: Final = 9.0
"""Seconds the first reader stands still: the session of 6 s, the rebalance, and some reading by the second."""

_BESIDE: Final = 3.0


@dataclass(frozen=True, slots=True)
class TwoRelays:
    """A second relay of one service; the first stands still with a batch in hand until its lease is over."""

    service: str

    async def hit(self, scene: Scene, rng: Random) -> Met:
        first = f"{self.service}.relay"
        second = await beside(scene, first)
        await asyncio.sleep(_BESIDE)  # shards move within little over a second: both have some
        met = await meet(scene, "lease_just_expired", first, "stop")
        await asyncio.sleep(POINTS["lease_just_expired"].stop_for)
        sent = await look(scene.servers, second.name)
        await scene.stand.roles[first].thaw()
        await asyncio.sleep(_BESIDE)
        told = {"pid": met.pid, "held": met.held, "unsent_when_thawed": sent.unsent}
        return Met("two relays", (self.service,), met.at, told=told)

    async def heal(self, scene: Scene) -> None:
        arms.disarm(scene.arm, "lease_just_expired")
        await scene.stand.roles[f"{self.service}.relay"].thaw()
        await _alone(scene, f"{self.service}.relay#2")


@dataclass(frozen=True, slots=True)
class TwoReaders:
    """A second reader takes over what the first, frozen, has fetched and not applied; then the first wakes up.

    It counts only if the first reader's cursors refused at least one fact: else nothing was proved.
    """

    service: str

    async def hit(self, scene: Scene, rng: Random) -> Met:
        first = f"{self.service}.consume"
        second = await beside(scene, first)
        met = await meet(scene, HOLDING, first, "stop")
        await asyncio.sleep(TAKEN_OVER + rng.uniform(0, 3))
        await scene.stand.roles[first].thaw()
        await asyncio.sleep(_BESIDE)
        refused = sum(one.repeats for one in refusals(scene.arm) if one.pid == met.pid and one.at >= met.at)
        told = {"pid": met.pid, "held": met.held, "refused": refused, "second": second.pid}
        return Met("two readers", (self.service,), met.at, counted=refused > 0, told=told)

    async def heal(self, scene: Scene) -> None:
        arms.disarm(scene.arm, HOLDING)
        await scene.stand.roles[f"{self.service}.consume"].thaw()
        await _alone(scene, f"{self.service}.consume#2")


async def beside(scene: Scene, name: str) -> Role:
    """Start a further process of a role; ready when this returns."""
    first = scene.stand.roles[name]
    http, admin = free_port(), free_port()
    doors = {"BATON_HTTP": f"{HOST}:{http}", "BATON_ADMIN_HTTP": f"{HOST}:{admin}"}
    second = Role(f"{name}#2", first.errand, admin)
    words = list(map(str, first.errand.argv))
    words[words.index("serve") : words.index("serve")] = ["--role-name", second.name]
    log = first.errand.log.with_name(f"{second.name}.log")
    second.errand = replace(first.errand, argv=words, log=log, environment={**first.errand.environment, **doors})
    scene.extra[second.name] = second
    await second.start()
    await second.ready()
    return second


async def _alone(scene: Scene, name: str) -> None:
    """End the further process; how it ended is written down as of any other."""
    second = scene.extra.pop(name, None)
    if second is None:
        return
    pid, alive = second.pid, second.alive
    await second.thaw()
    took = await second.terminate()
    await scene.stand.faults.write(
        "ended", who=name, pid=pid, code=second.code, asked="terminate" if alive else None, point=None, wanted=False,
        seconds=round(took, 2),
    )  # fmt: skip
