"""What one more lead reads stays what it is, however many are there: also under plans made when there were few."""

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Final
from uuid import UUID

from tests.baseline.line import a_line
from tests.baseline.measure import network, walk
from tests.bench.place import Admin, admin_of
from tests.bench.seed import CLOSED, EVERYWHERE, Seeder
from tests.place import Place

FEW: Final = 12
"""Leads one after the other: after the fifth a session keeps its plan for a statement, whatever comes."""

CROWD: Final = 2000
LEADS: Final = 5
MOST: Final = 150
"""Rows of one table that these leads may read together: 8 facts each, and a network of a hundred items."""

_READ: Final = """
select schemaname || '.' || relname as name, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_user_tables
where schemaname = any($1::text[]) and relname not like 'outbox%' and relname <> 'relay_lease'
"""
"""Without what has as many rows as there are shards, and the partitions that are looked into and empty."""
_SCHEMAS: Final = ["intake", "routing", "sla", "reporting"]

_REQUESTS: Final = """
insert into intake.idempotency (client, key, fingerprint, state, status, headers, body)
select client, sha256(n::text::bytea), fingerprint, state, status, headers, body
from (select * from intake.idempotency where state = 'answered' limit 1) as one, generate_series(1, $1::int) as n
"""


async def test_a_lead_reads_as_few_rows_among_thousands_as_among_twelve(fresh_place: Place, tmp_path: Path) -> None:
    numbers = count(1)
    async with a_line(fresh_place, tmp_path) as line, admin_of(fresh_place) as admin:
        await network(line)
        for _ in range(FEW):
            await walk(line, numbers, 1)
        await _crowd(admin)
        await line.flush()
        before = await _rows(admin)
        for _ in range(LEADS):
            await walk(line, numbers, 1)
        await line.flush()
        read = await _rows(admin) - before
    assert read["routing.lead"] >= LEADS, "nothing was counted"
    assert {name: rows for name, rows in read.items() if rows > MOST} == {}


async def _crowd(admin: Admin) -> None:
    """As many as were never there when the plans were made; nobody analyzes what they changed."""
    like = UUID(str(await admin.fetchval("select lead from intake.referral limit 1")))
    await Seeder(admin, like, 1).seed(CROWD, EVERYWHERE, CLOSED)
    await admin.execute(_REQUESTS, CROWD)


async def _rows(admin: Admin) -> Counter[str]:
    return Counter({row["name"]: int(row["rows"]) for row in await admin.fetch(_READ, _SCHEMAS)})
