"""Killed anywhere, run by two at once, or met by a fault: each row is done once, and the next process goes on."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Any

import pytest

from services.chassis.telemetry import metrics
from services.chassis.work import Work
from services.intake.imports.storage import files
from services.intake.imports.ticker import judged, rows
from services.intake.imports.ticker.rows import RowWork
from services.intake.referrals.api.receive import receive
from tests.intake.imports.clinic import IMPORTS, Clinic, a_file, a_row
from tests.place import Place

ROWS, SLICE = 120, 50


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several slices of few rows."""
    monkeypatch.setattr(rows, "SLICE", SLICE)


class Killed(BaseException):
    """Nothing catches it: as if the process were gone."""


async def running(clinic: Clinic, content: bytes, **query: str) -> str:
    id = await clinic.sent(content, **query)
    await clinic.work_off()
    assert (await clinic.client.post(f"{IMPORTS}/{id}/start")).status_code == 200
    return id


async def referrals(clinic: Clinic) -> int:
    return (await clinic.desk.counts())["referral"]


async def leads(clinic: Clinic, id: str) -> set[str]:
    return {one["lead"] for one in await clinic.report(id)}


@pytest.mark.parametrize("place", ["advance", "move"])
async def test_a_process_killed_in_a_slice_leaves_nothing_of_it_and_the_next_goes_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    before, calls = await referrals(clinic), [0]
    id = await running(clinic, a_file([a_row() for _ in range(ROWS)]))
    honest = getattr(files, place)

    async def killed(work: Work, *args: Any, **more: Any) -> Any:
        calls[0] += 1
        await honest(work, *args, **more)
        if calls[0] == (2 if place == "advance" else 1):
            raise Killed
        return True

    with monkeypatch.context() as patched:
        patched.setattr(files, place, killed)
        with pytest.raises(Killed):
            await clinic.work_off()
    done = (await clinic.shown(id))["progress"]["done"]
    assert (done, await referrals(clinic)) == ((50, before + 50) if place == "advance" else (100, before + 100))
    await clinic.work_off()
    assert ((await clinic.shown(id))["state"], await referrals(clinic)) == ("done", before + ROWS)
    assert len(await leads(clinic, id)) == ROWS


async def test_a_ticker_killed_with_a_slice_written_and_not_committed_is_followed_by_the_next(
    clinic: Clinic, import_place: Place
) -> None:
    before = await referrals(clinic)
    id = await running(clinic, a_file([a_row() for _ in range(ROWS)]))
    told = import_place.url("intake"), str(clinic.parts.settings.keys_dir), import_place.namespace
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.intake.imports.one_worker", *told, stdout=PIPE
    )
    try:
        assert other.stdout is not None
        assert await asyncio.wait_for(other.stdout.readline(), 60) == b"inside\n"
        assert await clinic.rows.run(clinic.desk.database) == 0, "the import is in its hands"
    finally:
        other.kill()
        await other.communicate()
    async with asyncio.timeout(30):
        while (await clinic.shown(id))["state"] != "done":
            await clinic.rows.run(clinic.desk.database)
    assert (await referrals(clinic), len(await leads(clinic, id))) == (before + ROWS, ROWS)


async def test_two_tickers_at_once_do_each_row_once(clinic: Clinic) -> None:
    before = await referrals(clinic)
    first = await running(clinic, a_file([a_row() for _ in range(ROWS)]))
    second = await running(clinic, a_file([a_row() for _ in range(ROWS)]))

    async def work(ticker: RowWork) -> None:
        idle = 0
        while idle < 20:
            idle = 0 if await ticker.bit(clinic.desk.database) else idle + 1
            await asyncio.sleep(0.01)

    await asyncio.gather(*(work(clinic.another_ticker()) for _ in range(3)))
    assert await referrals(clinic) == before + 2 * ROWS
    for id in (first, second):
        assert (await clinic.shown(id))["progress"]["accepted"] == ROWS
        assert len(await leads(clinic, id)) == ROWS


async def test_the_same_file_in_two_imports_at_once_is_referred_once(clinic: Clinic) -> None:
    before, content = await referrals(clinic), a_file([a_row() for _ in range(90)])
    ids = [await running(clinic, content) for _ in range(2)]

    async def work(ticker: RowWork) -> None:
        for _ in range(200):
            await ticker.bit(clinic.desk.database)
            if all([(await clinic.shown(id))["state"] == "done" for id in ids]):
                return

    await asyncio.gather(*(work(clinic.another_ticker()) for _ in range(2)))
    assert await referrals(clinic) == before + 90
    assert await leads(clinic, ids[0]) == await leads(clinic, ids[1])


async def test_a_row_that_meets_a_fault_of_ours_spoils_no_other(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, poison = receive, "CSV-POISON"

    async def faulty(keys: Any, calls: Any, **more: Any) -> Any:
        if any(call.body.external_id == poison for call in calls):
            raise RuntimeError(poison)
        return await honest(keys, calls, **more)

    monkeypatch.setattr(judged, "receive", faulty)
    id = await clinic.imported(a_file([*(a_row() for _ in range(30)), a_row(Record=poison), a_row()]))
    report = await clinic.report(id)
    assert [(one["row"], one["code"]) for one in report if one["outcome"] != "accepted"] == [(32, "unexpected")]
    assert len(report) == 32


async def test_an_import_whose_key_is_gone_fails_and_says_so(clinic: Clinic) -> None:
    id = await running(clinic, a_file([a_row()]))
    [row] = await clinic.desk.fetch("select key_id from file_import")
    await clinic.keys.destroy(row["key_id"])
    await clinic.work_off()
    shown = await clinic.shown(id)
    assert (shown["state"], shown["problem"], shown["progress"]["done"]) == ("failed", "file_gone", 0)


async def test_a_file_with_a_changed_piece_fails_and_keeps_nobody_waiting(clinic: Clinic) -> None:
    bad, good = [await clinic.sent(a_file([a_row()])) for _ in range(2)]
    async with clinic.desk.database.work("system:test") as work:
        await work.run("update import_piece set sealed = sealed || '\\x00'::bytea where import = $1", bad)
    await clinic.work_off()
    assert [(await clinic.shown(id))["state"] for id in (bad, good)] == ["failed", "checked"]


async def test_a_slice_costs_as_many_statements_as_a_row(clinic: Clinic) -> None:
    """Per slice, not per row: all its rows in one transaction, looked up, sealed, written and reported at once."""
    await running(clinic, a_file([a_row() for _ in range(SLICE)]))
    with metrics.fresh():
        metrics.allow("service", "intake")
        assert await clinic.rows.run(clinic.desk.database) == SLICE
        assert metrics.STATEMENTS.value(service="intake") <= 20


async def test_partners_take_turns(clinic: Clinic) -> None:
    first = await clinic.sent(a_file([a_row() for _ in range(ROWS)]))
    second = await clinic.sent(a_file([a_row() for _ in range(3)]))
    await clinic.rows.run(clinic.desk.database)
    await clinic.rows.run(clinic.desk.database)
    assert [(await clinic.shown(id))["dry_run"]["done"] for id in (first, second)] == [SLICE, 3]
