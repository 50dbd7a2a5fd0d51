"""Everybody together on a real stack: all is settled as planned, the desk acts, poison is met and mended."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.clock import administrator
from tests.faults.history import History, Line, lines_of
from tests.faults.traffic.alone import alone
from tests.faults.traffic.plan import Weights
from tests.faults.traffic.program import Told, Traffic
from tests.place import Place

TOLD = Told(
    count=40, rate=20.0, seed=7, desk=True, linger=6.0, poison=0.5,
    weights=Weights(again=0.2, other_body=0.1, twice=0.2, copies=0.03, malformed=0.1, refused=0.1),
)  # fmt: skip


@pytest.mark.timeout(240)
async def test_all_of_it_is_settled_and_written_down(fresh_place: Place, tmp_path: Path) -> None:
    async with alone(fresh_place, tmp_path, TOLD.seed) as stack:
        with History(stack.world.history) as history:
            traffic = Traffic(stack.world, history, TOLD)
            async with asyncio.timeout(180):
                assert await traffic.run()
        counts = traffic.counts()
        lines = list(lines_of(stack.world.history))
        rows = await _rows(fresh_place)
    assert counts["unexpected"] == {}
    assert (counts["leads"], counts["given_up"], counts["not_mended"]) == (TOLD.count, 0, 0)
    assert counts["settled"] == counts["sent"]
    assert _unanswered(lines) == []
    assert counts["met"] > 0
    assert rows == {"leads": TOLD.count, "parked": 0, "attempted": True}


def _unanswered(lines: list[Line]) -> list[Line]:
    answered = {line["ask"] for line in lines if line["what"] in ("answered", "failed_to_answer")}
    return [line for line in lines if line["what"] == "asked" and line["n"] not in answered]


async def _rows(place: Place) -> dict[str, Any]:
    """What the services have of it."""
    parked = " + ".join(f"(select count(*) from {one}.parked)" for one in ("routing", "sla", "reporting"))
    admin = await administrator(place)
    try:
        row = await admin.fetchrow(
            f"select (select count(*) from intake.referral) as leads, {parked} as parked,"
            " exists (select from routing.lead where attempts > 0) as attempted"
        )
    finally:
        await admin.close()
    assert row is not None
    return dict(row)
