"""One round: poll, one record batch per shard and stream, mark. What failed, and how, decides what comes next."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.streams import Stream
from services.chassis.database import Database
from services.chassis.relay.lease import Leases
from services.chassis.relay.mark import hold_key, mark_sent
from services.chassis.relay.narrow import after_refusal, after_success, tries
from services.chassis.relay.pace import backoff
from services.chassis.relay.poll import Lot, Row, poll
from services.chassis.relay.publish import Publisher
from services.chassis.relay.verdict import Verdict, verdict_on
from services.chassis.strays import no_strays
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger
from services.chassis.work import Work

Place = tuple[str, int]
"""Stream and shard."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one round did, in facts. `stuck`: a paused shard may hold facts that this round did not look at."""

    found: int = 0
    sent: int = 0
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class _Tried:
    lot: Lot
    count: int
    end: int | None = None
    error: BaseException | None = None

    @property
    def rows(self) -> Sequence[Row]:
        return self.lot.rows[: self.count]

    @property
    def place(self) -> Place:
        return self.lot.stream, self.lot.shard


@dataclass(slots=True)
class _Trouble:
    """What is remembered of failures; lost with the process, and then found out again."""

    suspects: dict[Place, int] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)
    paused: dict[int, float] = field(default_factory=dict)


class Shipping:
    """The rounds of one relay. `ends` is each partition's end as acknowledged; whoever takes a lease fills it first."""

    def __init__(self, database: Database, publisher: Publisher, leases: Leases, owner: str, namespace: str) -> None:
        self.ends: dict[Place, int] = {}
        self.shut: set[str] = set()
        """streams whose topic refuses everything; the others go on"""
        self._database = database
        self._publisher = publisher
        self._leases = leases
        self._owner = owner
        self._namespace = namespace
        self._actor: Final = f"system:{database.service}"
        self._trouble = _Trouble()
        self._log = get_logger("relay")

    @property
    def in_trouble(self) -> bool:
        """A stream is shut, or a shard's last batch is unknown."""
        return bool(self.shut or self._trouble.failures)

    def shut_stream(self, name: str) -> None:
        """Leave a stream out until its topic is mended; what was known of the old topic's ends is void."""
        self.shut.add(name)
        self.ends = {place: end for place, end in self.ends.items() if place[0] != name}

    async def turn(self, streams: Mapping[str, Stream]) -> Turn:
        """Send the first unsent facts of every shard that is ours and not paused. Raises when Kafka is not there."""
        await self._publisher.open()
        now = time.monotonic()
        paused = {shard for shard, until in self._trouble.paused.items() if until > now}
        leases = {shard: lease for shard, lease in self._leases.held.items() if shard not in paused}
        async with self._database.work(self._actor, alone=True) as work:
            lots = await poll(work, self._owner, leases, [name for name in streams if name not in self.shut])
        sending = []
        for lot in lots:
            sending.append(asyncio.create_task(self._try(lot, streams[lot.stream])))
            await asyncio.sleep(0)  # filling a batch is work: others get their turn in between
        tried = list(await asyncio.gather(*sending))
        try:
            await self._settle(tried, streams)
        finally:
            if any(one.error for one in tried):
                await self._publisher.discard()
        sent = sum(one.count for one in tried if one.error is None)
        return Turn(sum(len(lot.rows) for lot in lots), sent, bool(paused))

    async def _try(self, lot: Lot, stream: Stream) -> _Tried:
        """One batch, its answer awaited. Never raises."""
        if lot.shard not in self._leases.held:  # the process stood still since the poll
            return _Tried(lot, 0, error=TimeoutError("lease ran out"))
        most = tries(self._trouble.suspects.get((lot.stream, lot.shard), 0))
        batch = self._publisher.fill([(row.head.key.encode(), row.body, row.headers) for row in lot.rows[:most]])
        try:
            with no_strays():
                end = await self._publisher.send(batch, stream.topic(self._namespace), lot.shard)
        except Exception as error:
            return _Tried(lot, batch.count, error=error)
        return _Tried(lot, batch.count, end)

    async def _settle(self, tried: Sequence[_Tried], streams: Mapping[str, Stream]) -> None:
        """Ends are noted before the marks commit: a watermark that sees a row sent must know where it stands."""
        sent = [one for one in tried if one.error is None]
        for one in sent:
            self._acknowledged(one)
        if rows := [row for one in sent for row in one.rows]:
            blank = [name for name, stream in streams.items() if stream.blank_after_send]

            async def mark(work: Work) -> dict[int, int]:
                return await mark_sent(work, self._owner, rows, blank)

            marked = await self._database.run(mark, actor=self._actor)
            for shard in {row.shard for row in rows} - marked.keys():
                self._leases.lost(shard)
        for one in tried:
            if one.error is not None:
                await self._failed(one, one.error)

    def _acknowledged(self, one: _Tried) -> None:
        if one.end is None:
            self.ends.pop(one.place, None)
        else:
            self.ends[one.place] = one.end
        self._trouble.failures.pop(one.lot.shard, None)
        self._trouble.paused.pop(one.lot.shard, None)
        self._narrow(one.place, after_success(self._trouble.suspects.get(one.place, 0), one.count).suspects)
        labels = {"service": self._database.service, "stream": one.lot.stream}
        metrics.RELAY_BATCHES.add(1, outcome="acknowledged", **labels)
        metrics.RELAY_RECORDS.add(one.count, **labels)

    async def _failed(self, one: _Tried, error: BaseException) -> None:
        verdict = verdict_on(error)
        told = {"stream": one.lot.stream, "shard": one.lot.shard, "error": type(error).__name__}
        metrics.RELAY_BATCHES.add(
            1,
            service=self._database.service,
            stream=one.lot.stream,
            outcome="unknown" if verdict is Verdict.LATER else "refused",
        )
        if verdict is Verdict.RECORD:
            await self._refused(one, told)
        elif verdict is Verdict.TOPIC:
            self.shut_stream(one.lot.stream)
            self._log.error("a topic takes nothing: its stream waits", **told)
        else:
            failures = self._trouble.failures.get(one.lot.shard, 0) + 1
            self._trouble.failures[one.lot.shard] = failures
            self._trouble.paused[one.lot.shard] = time.monotonic() + backoff(failures)
            self._log.warning("a batch is unknown: its shard pauses", attempt=failures, **told)

    async def _refused(self, one: _Tried, told: Mapping[str, object]) -> None:
        narrowed = after_refusal(one.count)
        self._narrow(one.place, narrowed.suspects)
        if not narrowed.found:
            return
        row = one.rows[0]

        async def hold(work: Work) -> int:
            return await hold_key(work, self._owner, one.lot.stream, row)

        count = await self._database.run(hold, actor=self._actor)
        self._log.critical(
            "Kafka refuses a fact: its key is held", key=row.head.key, version=row.head.version, count=count, **told
        )

    def _narrow(self, place: Place, suspects: int) -> None:
        if suspects:
            self._trouble.suspects[place] = suspects
        else:
            self._trouble.suspects.pop(place, None)
