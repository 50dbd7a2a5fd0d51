"""The rule's speed and fairness; then eight writers that ask PostgreSQL who is next, in three usual ways."""

import asyncio
import time
from pathlib import Path
from typing import Final

import asyncpg

from deploy.local.addresses import Say
from tests.bench.assignment.rule import assign
from tests.bench.place import Admin, a_place, admin_of
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers, plain

OWNERS: Final = 40
SMALL: Final = 4
WRITERS: Final = 8

_MAKE: Final = """
create schema bench;
create table bench.owner (owner integer primary key, open integer not null default 0, capacity integer not null,
  constraint within check (open <= capacity));
create table bench.pointer (n bigint not null);
create table bench.lead (id bigint generated always as identity primary key, owner integer not null);
create index lead_owner on bench.lead (owner);
insert into bench.pointer values (0)
"""

COUNTERS: Final = """
with next as (select owner from bench.owner where open < capacity order by open, owner limit 1 for update skip locked),
  raised as (update bench.owner as o set open = open + 1 from next where o.owner = next.owner returning o.owner)
insert into bench.lead (owner) select owner from raised
"""
COUNT_AND_PICK: Final = """
insert into bench.lead (owner)
select o.owner from bench.owner as o left join bench.lead as l on l.owner = o.owner
group by o.owner, o.capacity having count(l.id) < o.capacity order by count(l.id), o.owner limit 1
"""
POINTER: Final = """
with moved as (update bench.pointer set n = n + 1 returning n)
insert into bench.lead (owner) select n % (select count(*) from bench.owner) from moved
"""
WAYS: Final = {"counters": COUNTERS, "count and pick": COUNT_AND_PICK, "pointer": POINTER}

_FRESH: Final = "insert into bench.owner (owner, capacity) select n, $2 from generate_series(0, $1::int - 1) as n"

_OVER: Final = """
select count(*) from (select owner, count(*) as n from bench.lead group by owner) as l
join bench.owner as o using (owner) where l.n > o.capacity
"""


async def assignment(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """In memory first, then beside it."""
    for _ in range(plan.repetitions):
        for name, owners in (("assignment.rules", OWNERS), (f"assignment.rules, a pool of {SMALL}", SMALL)):
            done = assign(owners, plan.facts // 10 if plan.quick else 5_000, 2_000)
            results.add(name, "1/s", done.per_second)
            results.add(f"{name}.over capacity", "owners", done.over_capacity)
            results.add(f"{name}.from share", "leads", done.from_share)
    async with a_place(servers) as place, admin_of(place) as admin:
        await admin.execute(_MAKE)
        for name, sql in WAYS.items():
            for _ in range(plan.repetitions):
                await _written(admin, plain(place.administrator), results, f"assignment.{name}", sql, plan)


async def _written(admin: Admin, url: str, results: Results, name: str, sql: str, plan: Plan) -> None:
    """Until all capacity but a little is given away."""
    capacity = 10 if plan.quick else 50
    await admin.execute("truncate bench.lead, bench.owner")
    await admin.execute(
        "insert into bench.owner (owner, capacity) select n, $2 from generate_series(0, $1::int - 1) n",
        OWNERS,
        capacity,
    )
    left = iter(range(OWNERS * capacity * 11 // 10))

    async def write() -> None:
        connection = await asyncpg.connect(url)
        try:
            for _ in left:
                await connection.execute(sql)
        finally:
            await connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    took = time.perf_counter() - began
    results.add(name, "1/s", OWNERS * capacity * 11 // 10 / took)
    results.add(f"{name}.over capacity", "owners", await admin.fetchval(_OVER))
