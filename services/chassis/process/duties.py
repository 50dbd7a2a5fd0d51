"""The loops of each role, as duties: what they need, how they are built anew."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from contracts.streams import STREAMS, Stream
from services.chassis.audit.sealer import Sealer
from services.chassis.consume.heard_rows import hears
from services.chassis.consume.readers import Readers
from services.chassis.process.keeper import Beat, Duty
from services.chassis.process.probes import kafka_probe, topics_probe
from services.chassis.process.reading import read
from services.chassis.process.world import Serving
from services.chassis.relay.publish import TooManyAbandoned
from services.chassis.relay.relay import Relay
from services.chassis.sender import Sender
from services.chassis.service import Chore, Sends, Sweep, TimerKind
from services.chassis.settings import Settings
from services.chassis.timers.chores import ChoreLoop
from services.chassis.timers.sweeps import Sweeper, housekeeping
from services.chassis.timers.ticker import Ticker

DATABASE: Final = ("postgres",)
STREAMING: Final = ("postgres", "kafka", "topics")


def duties_of(serving: Serving, role: str, settings: Settings) -> list[Duty]:
    """Every loop of this role of this service; none where it has nothing to do there."""
    makers: dict[str, Callable[[Serving, Settings], Iterator[Duty]]] = {
        "consume": _consume,
        "relay": _relay,
        "tick": _tick,
        "send": _send,
    }
    return list(makers[role](serving, settings))


def _relay(serving: Serving, settings: Settings) -> Iterator[Duty]:
    kafka, namespace = settings.bootstrap(), settings.namespace
    streams = [stream for stream in STREAMS.values() if stream.said_by == serving.name]

    async def run(stop: asyncio.Event, beat: Beat) -> None:
        def beat_if_ready() -> None:
            if relay.ready:  # while topics are not right it beats too, but it is not to be called ready
                beat()

        relay = Relay(serving.parts.database, kafka, namespace, streams, beat=beat_if_ready)
        await relay.run(stop)

    yield _duty(serving, "relay", "relay", run, needs=STREAMING, fatal=(TooManyAbandoned,))


def _consume(serving: Serving, settings: Settings) -> Iterator[Duty]:
    kafka, namespace = settings.bootstrap(), settings.namespace

    async def run(stop: asyncio.Event, beat: Beat) -> None:
        readers = Readers(
            serving.parts.database,
            serving.service.reads,
            kafka=kafka,
            namespace=namespace,
            session_timeout=float(settings.kafka_session_seconds),
        )
        await read(readers, topics_probe(kafka, namespace), kafka_probe(kafka), stop, beat)

    if serving.service.reads:
        yield _duty(serving, "consume", "readers", run, needs=STREAMING)


def _tick(serving: Serving, settings: Settings) -> Iterator[Duty]:
    by_stream: dict[Stream | None, list[TimerKind]] = {}
    for kind in serving.service.timers:
        by_stream.setdefault(kind.waits_for, []).append(kind)
    for stream, kinds in by_stream.items():
        yield _ticker(serving, stream, kinds)
    for sweep in (*housekeeping(), *serving.service.sweeps):
        yield _sweeper(serving, sweep)
    yield _sealer(serving, settings)
    for chore in serving.service.chores:
        yield _chore(serving, chore)


def _ticker(serving: Serving, stream: Stream | None, kinds: Sequence[TimerKind]) -> Duty:
    async def run(stop: asyncio.Event, beat: Beat) -> None:
        hear = None if stream is None else lambda work: hears(work, stream.name)
        await Ticker(serving.parts.database, kinds, hears=hear, beat=beat).run(stop)

    return _duty(serving, "tick", "timers" if stream is None else f"timers_after_{stream.name}", run)


def _sweeper(serving: Serving, sweep: Sweep) -> Duty:
    async def run(stop: asyncio.Event, beat: Beat) -> None:
        await Sweeper(serving.parts.database, sweep, beat=beat).run(stop)

    return _duty(serving, "tick", sweep.name, run)


def _sealer(serving: Serving, settings: Settings) -> Duty:
    async def run(stop: asyncio.Event, beat: Beat) -> None:
        await Sealer(serving.parts.database, settings.keys_dir, settings.audit_dir, beat=beat).run(stop)

    return _duty(serving, "tick", "audit_sealer", run)


def _chore(serving: Serving, chore: Chore) -> Duty:
    async def run(stop: asyncio.Event, beat: Beat) -> None:
        await ChoreLoop(serving.parts.database, chore, beat=beat).run(stop)

    return _duty(serving, "tick", chore.name, run)


def _send(serving: Serving, _settings: Settings) -> Iterator[Duty]:
    for sends in serving.service.sends:
        yield _sender(serving, sends)


def _sender(serving: Serving, sends: "Sends[object]") -> Duty:
    async def run(stop: asyncio.Event, beat: Beat) -> None:
        await Sender(serving.parts.database, sends, beat=beat).run(stop)

    return _duty(serving, "send", sends.name, run)


def _duty(
    serving: Serving,
    role: str,
    name: str,
    run: Callable[[asyncio.Event, Beat], Awaitable[None]],
    *,
    needs: tuple[str, ...] = DATABASE,
    fatal: tuple[type[Exception], ...] = (),
) -> Duty:
    return Duty(serving.name, role, name, needs, run, renew=serving.parts.database.renew, fatal=fatal)
