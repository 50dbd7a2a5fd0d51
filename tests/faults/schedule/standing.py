"""How the whole pipeline stands: what waits to be sent, read, fired and mailed. A few statements, all of them cheap."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.streams import STREAMS
from tests.faults.schedule.servers import Place, Servers
from tests.faults.world import SERVICES

READS: Final = {
    service: tuple(stream.name for stream in STREAMS.values() if service in stream.read_by) for service in SERVICES
}
"""service -> the streams it reads"""

# A key with a held fact waits as a whole (P7); nothing of it is work that anybody could do.
_WAITING: Final = """
select '{service}' as service, sent.*, late.*
from (
  select count(*) as unsent, extract(epoch from min(created))::float8 as oldest
  from {service}.outbox as o where sent_at is null and not held
    and not exists (select from {service}.outbox h where h.held and (h.stream, h.key) = (o.stream, o.key))
) as sent, (
  select count(*) as due, extract(epoch from min(due))::float8 as first_due
  from {service}.timer where held_at is null and due <= clock_timestamp() + $1 * interval '1 second'
) as late
"""

_STANDING: Final = " union all ".join(_WAITING.format(service=service) for service in SERVICES)

_POSITIONS: Final = " union all ".join(
    f"select '{service}' as service, topic, partition, next_offset from {service}.reader_position"
    for service, streams in READS.items()
    if streams
)

_MAIL: Final = """
select count(*) as mail, extract(epoch from min(next_try_at) filter (
    where next_try_at <= clock_timestamp() and coalesce(claimed_until <= clock_timestamp(), true)
  ))::float8 as first_free_mail
from sla.notice as n where state = 'pending' and not exists (select from sla.lead l where l.id = n.lead and l.parked)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one service still has to do. Times are seconds since 1970, None where nothing waits."""

    unsent: int
    oldest: float | None
    due: int
    """timers that are due and not held for repair"""
    first_due: float | None
    mail: int = 0
    """notices not sent yet, those that a sender has claimed too"""
    first_free_mail: float | None = None
    """since when the oldest that nobody has claimed could have been tried"""
    lag: Mapping[Place, int] | None = None
    """records of each partition not read yet, where there are any; None while Kafka is away"""

    @property
    def behind(self) -> int:
        """Records not read yet."""
        return sum(self.lag.values()) if self.lag else 0

    @property
    def told(self) -> dict[str, int]:
        """For a line of faults.jsonl: what there is of it."""
        found = {"unsent": self.unsent, "lag": self.behind, "due": self.due, "mail": self.mail}
        return {name: count for name, count in found.items() if count}


@dataclass(frozen=True, slots=True)
class Standing:
    """Every service at one moment. Kafka's ends were read before the positions: no lag is made up."""

    at: float
    ends: Mapping[Place, int]
    positions: Mapping[str, Mapping[Place, int]]
    waiting: Mapping[str, Waiting]

    @property
    def backlog(self) -> int:
        """Facts unsent and unread, of all services."""
        return sum(one.unsent + one.behind for one in self.waiting.values())


async def standing(servers: Servers, *, soon: float = 0.0) -> Standing:
    """Look once. `soon`: timers due within so many seconds count as due. Raises Away."""
    ends = await servers.ends()
    positions = await read_positions(servers)
    rows = await servers.rows(_STANDING, soon)
    [mail] = await servers.rows(_MAIL)
    found = {row["service"]: _waiting(row, mail, ends, positions) for row in rows}
    return Standing(time.time(), ends, positions, found)


async def read_positions(servers: Servers) -> dict[str, dict[Place, int]]:
    """Where every reader stands, by service. Raises Away."""
    found: dict[str, dict[Place, int]] = {service: {} for service in SERVICES}
    for row in await servers.rows(_POSITIONS):
        found[row["service"]][servers.stream_of(row["topic"]), row["partition"]] = row["next_offset"]
    return found


def behind(service: str, ends: Mapping[Place, int], positions: Mapping[Place, int]) -> dict[Place, int]:
    """Records a service has not read, by place; places where it has read everything are left out."""
    left = {place: end - positions.get(place, 0) for place, end in ends.items() if place[0] in READS[service]}
    return {place: count for place, count in left.items() if count > 0}


def _waiting(
    row: Mapping[str, Any],
    mail: Mapping[str, Any],
    ends: Mapping[Place, int],
    positions: Mapping[str, Mapping[Place, int]],
) -> Waiting:
    service = row["service"]
    told = dict(mail) if service == "sla" else {}
    lag = behind(service, ends, positions[service])
    return Waiting(row["unsent"], row["oldest"], row["due"], row["first_due"], lag=lag, **told)
