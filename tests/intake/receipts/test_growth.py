"""What a page, a receipt and a round of events read stays as little as it is, however many referrals there are."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.intake.receipts.rules.receipt import HAND_OVER_AFTER
from services.intake.receipts.storage import receipts
from services.intake.webhooks.storage import events
from tests.intake.referrals.door import Desk, a_desk, a_referral, network
from tests.place import Place

MANY = 20_000

_COPIES = """
insert into intake.referral
select copy.* from (select to_jsonb(r) as one from intake.referral r limit 1), generate_series(1, $1::int) as g,
  lateral (select one || jsonb_build_object('lead', uuidv7(), 'received_at', now() - g * interval '1 min',
    'external_key', '\\x' || md5(g::text), 'partner', case when g % 4 = 0 then 'openhand' else 'partner-' || g % 4 end
  ) as other),
  lateral jsonb_populate_record(null::intake.referral, other) as copy
"""


@pytest.fixture
async def grown(fresh_place: Place, tmp_path: Path) -> AsyncIterator[tuple[Desk, UUID]]:
    """A year's referrals of four partners, and one of today."""
    async with a_desk(fresh_place, tmp_path / "keys") as desk:
        operator = await desk.doors.ask("intake", "operator:local")
        assert (await operator.put("/intake/v1/network", json=network())).status_code == 200
        lead = UUID((await desk.send(a_referral())).json()["lead"])
        admin = await asyncpg.connect(fresh_place.administrator.replace("+asyncpg", ""))
        await admin.execute(_COPIES.replace("$1::int", str(MANY)))
        await admin.execute("analyze intake.referral")
        await admin.close()
        yield desk, lead


def rows_read(plan: dict[str, Any]) -> Iterator[float]:
    """Rows that scans looked at, those thrown away among them."""
    if "Relation Name" in plan and "Scan" in plan["Node Type"]:
        found = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        yield plan["Actual Loops"] * (found + plan.get("Rows Removed by Index Recheck", 0))
    for below in plan.get("Plans", ()):
        yield from rows_read(below)


async def test_what_is_read_does_not_grow(grown: tuple[Desk, UUID]) -> None:
    desk, lead = grown
    now = datetime.now(UTC)
    page = ("openhand", now - timedelta(days=3), UUID(int=0), now, 50)
    asked: list[tuple[str, str, tuple[object, ...], int]] = [
        ("partner/openhand", receipts._TAKEN, page, 60),
        ("partner/openhand", receipts._NOT_TAKEN, page, 5),
        ("partner/openhand", receipts._BY_LEAD, ("openhand", lead), 3),
        ("partner/openhand", receipts._BY_EXTERNAL_ID, ("openhand", [b"none of ours", b"neither"]), 3),
        ("*", events._HANDED_OVER, (now - HAND_OVER_AFTER, 50, "referral.handed_over", HAND_OVER_AFTER), 200),
    ]
    async with desk.database.work("system:test") as work:
        await work.run(
            "insert into webhook_mark values ('openhand', $1, $2, $1, $2)", now - timedelta(days=2), UUID(int=0)
        )
    for scope, sql, args, most in asked:
        async with desk.database.work("system:test", scope=scope) as work:
            told = await work.value(f"explain (analyze, format json) {sql}", *args)
        [found] = json.loads(told) if isinstance(told, str) else told
        assert sum(rows_read(found["Plan"])) <= most, json.dumps(found["Plan"], indent=1)
