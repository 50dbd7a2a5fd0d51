"""What a service is made of: declarations only. `services/<name>/app.py` fills one in; the chassis runs it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from contracts.envelope import Fact
from contracts.streams import Stream
from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.http.limits import Allowance
from services.chassis.http.routes import Route
from services.chassis.http.signatures import SigningOf
from services.chassis.sender import Sent
from services.chassis.settings import Settings
from services.chassis.timers.due import DueTimer
from services.chassis.work import Work

T = TypeVar("T")

Handler = Callable[[Work, Sequence[Fact[Any]]], Awaitable[None]]
"""Facts that are due for this reader, in order, inside one open transaction."""


@dataclass(frozen=True, slots=True)
class Reads:
    """One reader per service and stream; the rooms that hear it, in order, all in one `Work` under one cursor."""

    stream: Stream
    handlers: tuple[Handler, ...]
    on_stop: Handler | None = None
    """facts that take something away, while their key is being parked: idempotent, moves no status"""
    on_parked: Callable[[Work, Sequence[str], bool], Awaitable[None]] | None = None
    """keys just parked, or applied in part and still parked (True); drained (False): local effects only, no fact is
    said about it
    """
    watched: bool = False
    """its watermarks are heard: a timer waits for them, or "complete up to" is said from them"""


@dataclass(frozen=True, slots=True)
class TimerKind:
    """A kind of timer this service's ticker may claim."""

    name: str
    lock: Callable[[Work, Sequence[UUID]], Awaitable[set[UUID]]]
    """lock these subjects' own rows in id order, FOR UPDATE SKIP LOCKED; answer those locked"""
    fire: Callable[[Work, Sequence[DueTimer]], Awaitable[None]]
    """the subjects are locked, the timers re-read and taken off, `work.at` taken; may set the next"""
    waits_for: Stream | None = None
    """fires only once that stream's counted watermark has passed the due time (P9)"""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something done every so many seconds in the tick role, one `Work` a round; answers how much it did."""

    name: str
    every: float
    run: Callable[[Work], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Chore:
    """Long work of the tick role, bit by bit, each in `Work`s of its own; answers how much a bit did.

    While there was something to do the next bit begins at once, else after `every` seconds.
    """

    name: str
    every: float
    run: Callable[[Database], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Sends(Generic[T]):
    """An outside channel: claim in one Work, send outside any, mark in another (at least once, the same key)."""

    name: str
    claim: Callable[[Work, int], Awaitable[list[T]]]
    send: Callable[[T], Awaitable[Sent]]
    mark: Callable[[Work, Sequence[tuple[T, Sent]]], Awaitable[None]]
    patience: float = 8.0
    """seconds for one try; with the mark after it, it stays under the 20 s a process has to end (P14)"""


@dataclass(frozen=True, slots=True)
class Breach:
    """A law that does not hold, and the key it does not hold for."""

    law: str
    key: str
    says: str


@dataclass(frozen=True, slots=True)
class Census:
    """What `baton doctor` asks a service, through that service's own role."""

    breaches: Callable[[Work], Awaitable[list[Breach]]]
    leads: Callable[[Work, int], Awaitable[set[str]]] | None = None
    """lead ids of one shard this service counts as accepted, opened or reported, test ones too"""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service's `build` is given."""

    settings: Settings
    database: Database
    keys: KeyRing
    tokens: TokenReader


@dataclass(frozen=True, slots=True)
class Service:
    """A service, as its `app.py` puts it together."""

    name: str
    prefixes: tuple[str, ...]
    routes: tuple[Route, ...]
    scope_of: Callable[[Work, Identity], Awaitable[str]]
    """what an identity may see here, looked up in the local copy of the network; '' is nothing"""
    census: Census
    reads: tuple[Reads, ...] = ()
    timers: tuple[TimerKind, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    chores: tuple[Chore, ...] = ()
    sends: tuple[Sends[Any], ...] = ()
    key_reader: Callable[[Work, str], Awaitable[Identity | None]] | None = None
    """takes API keys directly; only where they are issued"""
    allowance: Allowance | None = None
    """limits of counted routes; only where the agreements are"""
    signing: SigningOf | None = None
    """who must sign what they ask, and with which keys; only where the agreements are"""
    opened: tuple[Callable[[], Awaitable[None]], ...] = ()
    """done before any role starts, e.g. make data keys ahead"""
    closed: tuple[Callable[[], Awaitable[None]], ...] = ()
