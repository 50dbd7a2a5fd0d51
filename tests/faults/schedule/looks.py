"""What the servers say just before a fault: a kill counts only when work was in flight (the issue's own rule)."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from tests.faults.schedule.servers import Away, Servers
from tests.faults.schedule.standing import behind

FRESH: Final = 0.05
"""Seconds between a look and the signal; an older look says nothing about the kill."""

TRIES_FOR: Final = 3.0
"""Seconds a busy moment is waited for."""

_PAUSE: Final = 0.002

_LOOK: Final = """
select
  (select count(*) from pg_stat_activity
    where datname = current_database() and application_name = $1 and xact_start is not null) as open,
  (select count(*) from pg_stat_activity
    where datname = current_database() and application_name = $1 and backend_xid is not null) as writing,
  (select count(*) from (select from {service}.outbox where sent_at is null and not held limit 10000) as o) as unsent,
  (select count(*) from {service}.timer where held_at is null and due <= clock_timestamp()) as due,
  (select coalesce(json_agg(json_build_array(topic, partition, next_offset)), '[]')::text
    from {service}.reader_position) as positions
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one process. `lag` is None when Kafka did not answer; then it makes nothing count."""

    role: str
    at: float
    """seconds since 1970, when the last answer came"""
    took: float
    open: int
    """transactions this process has open"""
    writing: int
    """those that have written"""
    unsent: int
    """unsent outbox rows of its service"""
    due: int
    """timers of its service that are due"""
    lag: int | None
    """records its service has not read yet"""

    @property
    def in_flight(self) -> bool:
        """Unsent rows, lag, or an open transaction that has written: what a kill needs to count.

        Of a reader or a relay a transaction is not enough: with nothing to do they keep leases and watermarks in them.
        """
        return bool(self.unsent or self.lag or (self.writing and self.kind not in ("consume", "relay")))

    @property
    def kind(self) -> str:
        """`relay` of `sla.relay#2`."""
        return self.role.partition("#")[0].partition(".")[2]

    @property
    def own(self) -> bool:
        """Work of this very role is in flight, not only of its service."""
        return bool({"relay": self.unsent, "consume": self.lag}.get(self.kind, self.writing))

    @property
    def told(self) -> dict[str, Any]:
        """For a line of faults.jsonl."""
        return {
            "at": self.at, "took_ms": round(self.took * 1000, 1), "open": self.open, "writing": self.writing,
            "unsent": self.unsent, "due": self.due, "lag": self.lag, "in_flight": self.in_flight, "own": self.own,
        }  # fmt: skip


async def look(servers: Servers, role: str) -> Look:
    """Kafka first, then PostgreSQL in one statement; so lag is not made up by what comes in between. Raises Away."""
    began = time.monotonic()
    service, _, kind = role.partition("#")[0].partition(".")
    try:
        ends = await servers.ends()
    except Away:
        ends = None
    [row] = await servers.rows(_LOOK.format(service=service), f"baton-{service}-{kind}")
    positions = {(servers.stream_of(t), p): n for t, p, n in json.loads(row["positions"])}
    lag = None if ends is None else sum(behind(service, ends, positions).values())
    took = time.monotonic() - began
    return Look(role, time.time(), took, row["open"], row["writing"], row["unsent"], row["due"], lag)


async def busy_look(servers: Servers, role: str, within: float = TRIES_FOR) -> Look:
    """Look until this role has work of its own in flight; after two thirds of the time any of its service's will do.

    The last look when there was no such moment. Raises Away.
    """
    began = time.monotonic()
    while True:
        seen = await look(servers, role)
        waited = time.monotonic() - began
        if seen.own or (seen.in_flight and waited > within * 2 / 3) or waited > within:
            return seen
        await asyncio.sleep(_PAUSE)
