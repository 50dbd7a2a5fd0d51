"""From a Kafka record to an item the plan can judge. Never raises: what is wrong is part of the answer."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from contracts.envelope import (
    KNOWN,
    Fact,
    FactBody,
    FactHead,
    UnknownType,
    UnreadableHead,
    body_from,
    head_from,
)
from contracts.says import KEEPS_STAFF_ADDRESS, DataClass, Says
from contracts.streams import Stream
from services.chassis.consume.rules import Why


class Record(Protocol):
    """What we need of aiokafka's ConsumerRecord."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record lies on Kafka."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Item:
    """A record whose headers could be read.

    `body` is None where it cannot be used: `wrong` says why, or nothing is wrong and the type may be ignored.
    """

    spot: Spot
    head: FactHead
    raw: bytes | None
    body: FactBody | None
    wrong: Why | None = None
    error: str | None = None

    @property
    def key(self) -> str:
        """Stream key."""
        return self.head.key

    @property
    def version(self) -> int:
        """Version of that key."""
        return self.head.version

    @property
    def fact(self) -> Fact[Any]:
        """What a handler gets; only where there is a body."""
        if self.body is None:
            raise ValueError("an item without a body is no fact")
        return Fact(self.head, self.body, self.raw)


@dataclass(frozen=True, slots=True)
class Unread:
    """A record whose headers do not give stream, key and version. Its bytes are not kept: they may be anything."""

    spot: Spot
    error: str
    sha256: str


def read(record: Record, stream: Stream) -> Item | Unread:
    """Decode one record of this stream."""
    spot = Spot(record.topic, record.partition, record.offset)
    raw = record.value or b""
    try:
        head = head_from(record.headers)
    except UnreadableHead as broken:
        return Unread(spot, str(broken), hashlib.sha256(raw).hexdigest())
    return item_of(spot, head, raw, stream)


def item_of(spot: Spot, head: FactHead, raw: bytes | None, stream: Stream) -> Item:
    """Decode a body below a head that is already known; also what a parked row becomes again."""
    if raw is None:
        return Item(spot, head, None, None, Why.BODY, "BodyNotKept")
    try:
        body = body_from(head, raw)
    except UnknownType:
        return Item(spot, head, raw, None, None if head.ignorable else Why.TYPE, "UnknownType")
    except Exception as error:  # a contract's validator may raise anything: one body must never stop a poll
        return Item(spot, head, raw, None, Why.BODY, type(error).__name__)
    if body.stream.name != stream.name:
        return Item(spot, head, raw, None, Why.BODY, "OtherStream")
    return Item(spot, head, raw, body)


def keepable(item: Item, service: str, stream: Stream) -> bytes | None:
    """The body as this service may keep it parked: staff addresses blanked except where they are at home.

    None where they might be in it and cannot be found; a retry then reads the record from Kafka again.
    """
    if item.raw is None or service in KEEPS_STAFF_ADDRESS or not _carries_addresses(stream.name):
        return item.raw
    known = KNOWN.get(item.head.type)
    if known is None:
        return None
    fields = staff_addresses(known)
    if not fields:
        return item.raw
    try:
        body = json.loads(item.raw)
        return json.dumps({**body, **{name: None for name in fields if name in body}}).encode()
    except (ValueError, TypeError, RecursionError):
        return None


@cache
def staff_addresses(body: type[FactBody]) -> frozenset[str]:
    """The fields of a fact that hold a staff member's address; all at the top of it (a test looks)."""
    return frozenset(
        name
        for name, field in body.model_fields.items()
        if any(isinstance(said, Says) and said.data is DataClass.STAFF_ADDRESS for said in field.metadata)
    )


@cache
def _carries_addresses(stream: str) -> bool:
    return any(staff_addresses(body) for body in KNOWN.values() if body.stream.name == stream)
