"""What a wake-up, a sweep and a look at a queue read stays as little as it is, however many wait."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.routing.leads.storage import leads, queue
from tests.place import Place
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests, rooms

CROWD = 1500


def rows_read(plan: dict[str, Any]) -> Iterator[float]:
    """Rows that scans of tables and indexes looked at, those thrown away among them."""
    if "Relation Name" in plan:
        found = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        yield plan["Actual Loops"] * (found + plan.get("Rows Removed by Index Recheck", 0))
    for below in plan.get("Plans", ()):
        yield from rows_read(below)


OTHERS = """
insert into routing.lead
select other.* from (select to_jsonb(l) as one from routing.lead l limit 1), generate_series(1, 80) as g,
  lateral (select one || jsonb_build_object('id', uuidv7(), 'pool', 'pool-' || g, 'closed_at', now()) as closed),
  lateral jsonb_populate_record(null::routing.lead, closed) as other
"""
"""Rooms that nobody waits in any more: the mean room looks small, and to sort one whole looks cheap."""


@pytest.fixture
async def crowded(fresh_place: Place, tmp_path: Path) -> AsyncIterator[tuple[DeskOfTests, str]]:
    """A desk with a full room of many, a small one, and others that were closed."""
    desk = DeskOfTests(
        Database.open(fresh_place.url("routing"), service="routing"), rooms(KeyRing.open(tmp_path, create=True))
    )
    many, few = uuid4().hex[:8], uuid4().hex[:8]
    await desk.hears(*a_network(many, capacity=1), *a_network(few, capacity=1))
    for tag, count in ((many, CROWD), (few, 8)):
        some = [a_referral(tag) for _ in range(count)]
        await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in some))
        await desk.hears(*some)
    await grown_old(fresh_place)
    yield desk, few
    await desk.database.close()


async def grown_old(place: Place) -> None:
    """Earlier leads, and the statistics that autovacuum would soon have."""
    admin = await asyncpg.connect(place.administrator.replace("+asyncpg", ""))
    try:
        await admin.execute(OTHERS)
        await admin.execute("analyze routing.lead")
    finally:
        await admin.close()


async def test_what_is_read_does_not_grow_with_who_waits(crowded: tuple[DeskOfTests, str]) -> None:
    desk, few = crowded
    asked: list[tuple[str, tuple[object, ...], int]] = [
        (leads._WAITING, ([f"pool-{few}"], 1), 20),
        (leads._WAITING_ANYWHERE, (20, 200), 400),
        (queue._OPEN_OF_OWNER, (False, 50, f"ana-{few}"), 60),
    ]
    async with desk.database.work("system:routing") as work:
        for sql, args, most in asked:
            told = await work.value(f"explain (analyze, format json) {sql}", *args)
            [found] = json.loads(told) if isinstance(told, str) else told
            assert sum(rows_read(found["Plan"])) <= most, json.dumps(found["Plan"], indent=1)


async def test_a_key_that_names_no_lead_is_parked_like_any_other(desk: DeskOfTests) -> None:
    async with desk.database.work("system:routing") as work:
        await leads.mark_parked(work, ["not-a-lead", str(uuid4())])
