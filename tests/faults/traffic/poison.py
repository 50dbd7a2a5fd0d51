"""What a broken producer and a broken rule do to single leads, and how an operator mends it.

- `handler`: a rule of one service fails for the lead (tests/faults/patched/poison.py). Mended by taking the cause away
  and `baton parked retry`: all its facts are applied in order, so it ends where an unpoisoned lead would.
- `body`, `unknown_type`: a record under version 2 of the lead on `referrals`, where a lead has one fact, with a body
  that does not fit or of a type nobody knows. Its readers park the lead. Mended by `baton parked drop`.
- `unknown_ignorable`: the same of a type that says it may be skipped; nothing happens. There is nothing to mend.
- `unreadable`: a record whose headers say nothing: noted by each reader, for ever; nobody is held up.

In the history: `asked` and `answered` of op `poison`; `poison` (what, not op) once the place of a bad record is known;
`met` when it is mended, saying whether the lead was parked by then; `asked` and `answered` of op `mend`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from contracts.streams import partition_of
from tests.faults.history import History
from tests.faults.patched import poison as patched
from tests.faults.traffic.mender import Mender, Repair
from tests.faults.traffic.producer import Bad, bad_record, find, produce
from tests.faults.world import World

HANDLERS: Final = (("sla", "leads"), ("routing", "alerts"), ("reporting", "leads"), ("reporting", "alerts"))
"""(service, stream) whose rules fail in turn."""

RECORDS: Final = ("body", "unreadable", "unknown_type", "unknown_ignorable")

_MEETS_WITHIN: Final = 20.0
_HELD: Final = (2.0, 6.0)
_VICTIMS: Final = 3
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Victim:
    """One poisoned lead; `ask`: the line of the history that says so. `lost`: a record that may lie on Kafka or not."""

    ask: int
    lead: str
    how: str
    repairs: tuple[Repair, ...]
    lost: Bad | None = None


@dataclass
class Poisoner:
    """A round every so often: some leads of one reader, one bad record; held a while; mended together."""

    world: World
    history: History
    arm: Path
    every: float
    mender: Mender
    poisoned: int = 0
    met: int = 0
    """readers that had parked a poisoned lead when it was to be mended"""
    left: int = 0
    """repairs that did not take"""
    _repairs: list[Repair] = field(default_factory=list)
    _fresh: "asyncio.Queue[str]" = field(default_factory=lambda: asyncio.Queue(maxsize=1))
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, lead: str) -> None:
        """A lead that was just accepted, so that most of its facts are still to come."""
        if self._fresh.full():
            self._fresh.get_nowait()
        self._fresh.put_nowait(lead)

    def stop(self) -> None:
        """Poison nobody any more; `work` ends once everything is mended."""
        self._stop.set()

    async def work(self) -> None:
        """Rounds until `stop`; then once more over everything: a reader may have been frozen in the act of parking."""
        rng, number = random.Random(f"{self.world.seed} poison"), 0
        while await self._rest(self.every):
            victims = await self._poison_rules(HANDLERS[number % len(HANDLERS)])
            victims += await self._poison_topic(RECORDS[number % len(RECORDS)])
            self.poisoned += len(victims)
            await self._until_met([repair for victim in victims for repair in victim.repairs])
            await self._rest(rng.uniform(*_HELD))
            await self._mend(victims)
            number += 1
        if self._repairs:
            self.left = len(await self.mender.mend(self._repairs))

    async def _poison_rules(self, where: tuple[str, str]) -> list[Victim]:
        service, stream = where
        victims: list[Victim] = []
        for _ in range(_VICTIMS):
            lead = await self._next_lead()
            if lead is None:
                break
            ask = await self.history.write(
                "asked", op="poison", how="handler", service=service, stream=stream, key=lead, lead=lead
            )
            chosen = {(stream, one.lead) for one in victims} | {(stream, lead)}
            patched.poison(self.arm, service, chosen)
            await self.history.write("answered", ask=ask, status=200, body={})
            victims.append(Victim(ask, lead, "handler", (Repair("retry", service, stream, lead),)))
        return victims

    async def _poison_topic(self, how: str) -> list[Victim]:
        lead = await self._next_lead()
        if lead is None:
            return []
        bad, lost = bad_record(how, lead), None
        ask = await self.history.write(
            "asked", op="poison", how=how, stream=bad.stream.name, key=lead, lead=lead, event=bad.event
        )
        try:
            offset = await produce(self.world.kafka, self.world.namespace, bad)
        except Exception as error:  # whatever a Kafka client raises: it may have been written
            await self.history.write("failed_to_answer", ask=ask, why=type(error).__name__, sent=True)
            lost = bad
        else:
            await self.history.write("answered", ask=ask, status=200, body={})
            await self._placed(ask, bad, offset)
        parks = how in ("body", "unknown_type")
        readers = bad.stream.read_by if parks else ()
        repairs = tuple(Repair("drop", service, bad.stream.name, lead, 2) for service in readers)
        return [Victim(ask, lead, how, repairs, lost)]

    async def _placed(self, ask: int, bad: Bad, offset: int) -> None:
        topic, partition = bad.stream.topic(self.world.namespace), partition_of(bad.key)
        await self.history.write(
            "poison", ask=ask, stream=bad.stream.name, key=bad.key, event=bad.event, topic=topic, partition=partition,
            offset=offset,
        )  # fmt: skip

    async def _mend(self, victims: list[Victim]) -> None:
        """Take the cause away; then every repair, again until nothing of the lead is parked."""
        for service in {repair.service for victim in victims for repair in victim.repairs}:
            patched.poison(self.arm, service, set())
        asks: dict[Repair, int] = {}
        for victim in victims:
            for repair in victim.repairs:
                asks[repair] = await self._begin(victim, repair)
        left = await self.mender.mend(list(asks))
        for repair, ask in asks.items():
            await self.history.write("answered", ask=ask, status=500 if repair in left else 200, body={})
        self._repairs += asks
        for victim in victims:
            if victim.lost is not None:
                await self._look_for(victim.ask, victim.lost)

    async def _begin(self, victim: Victim, repair: Repair) -> int:
        met = bool(await self.mender.parked([repair]))
        self.met += met
        await self.history.write("met", ask=victim.ask, service=repair.service, met=met)
        return await self.history.write(
            "asked", op="mend", of=victim.ask, how=victim.how, do=repair.do, service=repair.service,
            stream=repair.stream, key=repair.key, lead=repair.key, version=repair.version,
        )  # fmt: skip

    async def _look_for(self, ask: int, bad: Bad) -> None:
        """Whether a record whose producer heard nothing lies on its topic after all; Kafka may still be away."""
        for _ in range(_TRIES):
            try:
                offset = await find(self.world.kafka, self.world.namespace, bad)
            except Exception:  # whatever a Kafka client raises; it is asked again
                await asyncio.sleep(2.0)
                continue
            if offset is not None:
                await self._placed(ask, bad, offset)
            return

    async def _until_met(self, repairs: list[Repair]) -> None:
        ends = time.monotonic() + _MEETS_WITHIN
        while repairs and time.monotonic() < ends and len(await self.mender.parked(repairs)) < len(repairs):
            if not await self._rest(1.0):
                return

    async def _next_lead(self) -> str | None:
        """The next that is accepted, None when nobody is or everybody goes home."""
        while self._fresh.qsize():
            self._fresh.get_nowait()
        return await _first(self._fresh.get, self._stop, 20.0)

    async def _rest(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return True
        return False


async def _first(get: Callable[[], Awaitable[str]], stop: asyncio.Event, seconds: float) -> str | None:
    found, told = asyncio.ensure_future(get()), asyncio.ensure_future(stop.wait())
    await asyncio.wait({found, told}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if found.done():
        return found.result()
    found.cancel()
    return None
