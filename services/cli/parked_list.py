"""What `baton parked list` and `show` print."""

from collections.abc import Sequence

from services.chassis.consume.parked import ParkedKey, parked_facts, parked_keys
from services.chassis.work import Work
from services.cli.errors import Fault
from services.cli.here import settings_here
from services.cli.names import chosen
from services.cli.places import database_of, stream_named
from services.cli.tables import print_table

_HELD = """
select kind, subject, held_at from timer where held_at is not null
and not exists (select from reader_cursor as c where c.key = timer.subject::text and c.parked)
order by held_at limit 1000
"""
_PAUSED = "select stream, since from reader where state = 'paused' order by stream"


async def print_parked(services: list[str]) -> None:
    """Every parked key, every timer held for an error of its own, every paused reader of these services."""
    rows: list[tuple[str, ...]] = []
    settings = settings_here()
    for service in chosen(services):
        async with database_of(service, settings) as database, database.work("system:operator") as work:
            rows += [(service, *_cells(key)) for key in await parked_keys(work)]
            rows += [(service, *cells) for cells in await _others(work)]
    columns = "service", "what", "key", "version", "facts", "why", "error", "since (UTC)"
    print_table(columns, rows, empty="nothing is parked")


async def print_facts(service: str, stream: str, key: str) -> None:
    """One key's parked facts."""
    rows: list[tuple[str, ...]] = []
    [name], wanted = chosen([service]), stream_named(stream)
    async with database_of(name, settings_here()) as database, database.work("system:operator") as work:
        for one in await parked_facts(work, wanted.name, key):
            where = f"{one.spot.topic}/{one.spot.partition}@{one.spot.offset}"
            fields = " ".join(one.fields)
            rows.append((str(one.version), one.type, one.why, one.error or "", str(one.attempts), where, fields))
    if not rows:
        raise Fault(f"{key} is not parked there")
    print_table(("version", "type", "why", "error", "tries", "where", "fields"), rows, empty="")


def _cells(key: ParkedKey) -> tuple[str, ...]:
    since = f"{key.since:%Y-%m-%d %H:%M:%S}"
    return key.stream, key.key, str(key.first), str(key.facts), key.why, key.error or "", since


async def _others(work: Work) -> Sequence[tuple[str, ...]]:
    timers = [
        (f"timer {row['kind']}", str(row["subject"]), "", "", "failed", "", f"{row['held_at']:%Y-%m-%d %H:%M:%S}")
        for row in await work.fetch(_HELD)
    ]
    paused = [
        (row["stream"], "the whole reader", "", "", "paused", "", f"{row['since']:%Y-%m-%d %H:%M:%S}")
        for row in await work.fetch(_PAUSED)
    ]
    return timers + paused
