"""Every stream in one typed list: topic, who says it, who reads it, its order rule, how long it is kept.

Two streams of the design join with their first fact: `staff` (availability) and `reports` (publications).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

PARTITIONS: Final = 12
"""Partitions of every fact stream; the outbox shard of a key is its partition."""

FOR_EVER: Final = timedelta(milliseconds=-1)
_DAY: Final = timedelta(days=1)


class Order(StrEnum):
    """What a reader may do with a version it did not expect (delivery.md, "Reading")."""

    EVERY = "every"
    """each version once, in order; a gap parks the key"""
    LATEST = "latest"
    """each fact is the whole state; any higher version is due"""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of facts. `kept` is the topic's retention; `kept < 0` is for ever."""

    name: str
    said_by: str
    read_by: tuple[str, ...]
    key: str
    order: Order
    kept: timedelta
    segment: timedelta | None = None
    partitions: int = PARTITIONS
    blank_after_send: bool = False
    """the outbox forgets the body once Kafka has it, and `outbox resend` refuses (privacy.md, tokens)"""

    def topic(self, namespace: str) -> str:
        """The Kafka topic under this namespace, e.g. `baton.leads.v1`."""
        return f"{namespace}.{self.name}.v1"


NETWORK: Final = Stream("network", "intake", ("routing", "sla", "reporting"), "kind/id", Order.LATEST, FOR_EVER)
TOKENS: Final = Stream(
    "tokens",
    "intake",
    ("routing",),
    "lead id",
    Order.LATEST,
    timedelta(hours=20),
    segment=timedelta(hours=1),
    blank_after_send=True,
)
REFERRALS: Final = Stream("referrals", "intake", ("routing", "reporting"), "lead id", Order.EVERY, 400 * _DAY)
LEADS: Final = Stream("leads", "routing", ("sla", "reporting"), "lead id", Order.EVERY, 400 * _DAY)
ALERTS: Final = Stream("alerts", "sla", ("routing", "reporting"), "lead id", Order.EVERY, 400 * _DAY)

STREAMS: Final = {stream.name: stream for stream in (NETWORK, TOKENS, REFERRALS, LEADS, ALERTS)}

WATERMARKS: Final = Stream(
    "watermarks",
    "every relay",
    ("routing", "sla", "reporting"),
    "service",
    Order.LATEST,
    timedelta(hours=1),
    segment=timedelta(minutes=15),
    partitions=1,
)
"""Not a stream of facts: no version, outside `STREAMS` and doctor's lag (delivery.md, "Watermarks")."""


@lru_cache(maxsize=20_000)
def partition_of(key: str) -> int:
    """The partition and outbox shard of a key: `(murmur2(key) & 0x7fffffff) % 12`, as the Java client computes it."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS


def murmur2(data: bytes) -> int:
    """32-bit MurmurHash2 with the seed 0x9747b28c, as Apache Kafka's default partitioner uses it."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * m & mask
        k = (k ^ (k >> 24)) * m & mask
        h = (h * m & mask) ^ k
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ (h >> 13)) * m & mask
    return h ^ (h >> 15)
