"""Seeded leads are whole: the laws that doctor looks at hold for them as for the one they are like."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.chassis.database import Database
from services.chassis.timers.ledger import conservation
from tests.bench.place import Admin
from tests.bench.sample import Sample
from tests.bench.seed import CLOCKS, CLOSED, DUE, EVERYWHERE, Seeder
from tests.bench.walked import a_walked_place
from tests.place import Place

MORE = 40


async def test_closed_leads_stand_in_every_table_as_often_as_the_one_they_are_like(
    fresh_place: Place, tmp_path: Path
) -> None:
    async with a_walked_place(fresh_place, tmp_path) as (admin, sample):
        before = await _counts(admin, sample)
        await Seeder(admin, UUID(sample.lead), seed=1).seed(MORE, EVERYWHERE, CLOSED)
        assert {table: await admin.fetchval(f"select count(*) from {table}") for table in EVERYWHERE} == {
            table: total + MORE * own for table, (total, own) in before.items()
        }
        assert await admin.fetchval("select count(*) from routing.lead where closed_at is null") == 1


async def test_seeded_timers_add_up_and_are_due_when_they_were_told_to_be(fresh_place: Place, tmp_path: Path) -> None:
    async with a_walked_place(fresh_place, tmp_path) as (admin, sample):
        due = await admin.fetchval("select date_trunc('day', clock_timestamp())") + timedelta(days=9)
        batch = await Seeder(admin, UUID(sample.lead), seed=1).seed(MORE, CLOCKS, DUE, [due] * MORE)
        assert await admin.fetchval("select count(*) from bench.seeded where batch = $1", batch) == MORE
        assert await admin.fetchval("select count(*) from sla.timer where due = $1", due) == MORE
        database = Database.open(fresh_place.url("sla"), service="sla")
        try:
            async with database.work("system:test") as work:
                ledger = await conservation(work)
        finally:
            await database.close()
        assert (ledger.gap, ledger.pending) == (0, MORE + 1)


async def _counts(admin: Admin, sample: Sample) -> dict[str, tuple[int, int]]:
    found = {}
    for table, at in EVERYWHERE.items():
        mine = at.replace("$1", f"'{sample.lead}'::uuid")
        own = await admin.fetchval(f"select count(*) from {table} where {mine}")
        found[table] = (await admin.fetchval(f"select count(*) from {table}"), own)
        assert own, f"{table} has nothing of the lead"
    return found


@pytest.mark.parametrize("table", sorted(CLOCKS))
def test_what_a_timer_stands_on_belongs_to_sla(table: str) -> None:
    assert table.startswith("sla.")
