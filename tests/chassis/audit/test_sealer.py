"""Sealing beside writers, beside another sealer, and after a death at any moment."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.audit import audit_each, verify
from services.chassis.audit.anchors import Anchors
from services.chassis.audit.rows import head
from services.chassis.audit.sealer import Sealer
from services.chassis.audit.set_back import OtherHistory, set_back
from services.chassis.audit.verify import Wrong
from services.chassis.telemetry import metrics
from tests.chassis.audit.conftest import SERVICE, Log


async def whole(log: Log, rows: int) -> None:
    """Every row has one place, and nothing is wrong."""
    verdict = await log.verify()
    assert (verdict.sealed, verdict.waiting, verdict.anchored, verdict.wrong) == (rows, 0, rows, None)
    assert await log.admin.fetchval("select count(distinct row_id) from audit_link") == rows
    assert await log.admin.fetchval("select count(*) from audit") == rows


async def test_twenty_writers_and_two_sealers_beside_each_other(log: Log) -> None:
    sealers, done = [log.sealer(), log.sealer()], asyncio.Event()

    async def seal(sealer: Sealer) -> None:
        while not done.is_set():
            await sealer.round()

    sealing = [asyncio.create_task(seal(sealer)) for sealer in sealers]
    await asyncio.gather(*(log.write(10) for _ in range(20)))
    done.set()
    await asyncio.gather(*sealing)
    await sealers[0].round()
    await whole(log, 200)


async def test_many_rows_of_one_act_are_one_statement_and_sealed_in_slices(log: Log) -> None:
    async with log.database.work("staff:ines") as work:
        before = metrics.STATEMENTS.value(service=SERVICE)
        await audit_each(work, "initials_read", [f"lead:{n}" for n in range(1201)])
        assert metrics.STATEMENTS.value(service=SERVICE) == before + 1
    assert await log.sealer().round() == 1201
    await whole(log, 1201)


async def test_a_row_that_is_committed_after_younger_ones_gets_its_place(log: Log) -> None:
    sealer = log.sealer()
    async with log.database.work("staff:ines") as work:
        await audit_each(work, "slow", ["boat:0"])
        await log.write(3)
        assert await sealer.round() == 3
    assert await sealer.round() == 1
    await whole(log, 4)


async def test_a_sealer_killed_at_any_moment_leaves_a_log_that_goes_on(log: Log) -> None:
    for _ in range(3):
        command = [sys.executable, "-m", "tests.chassis.audit.sealing", log.url, str(log.keys), str(log.anchors)]
        child = await asyncio.create_subprocess_exec(*command, env=os.environ | {"PYTHONPATH": os.getcwd()})
        writing = asyncio.create_task(log.write(60))
        async with asyncio.timeout(60):
            while not (await log.admin.fetchval("select count(*) from audit_link")) or not writing.done():
                await asyncio.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        await child.wait()
    await log.write(5)
    await log.sealer().round()
    await whole(log, 185)


async def test_a_head_that_was_committed_but_not_anchored_is_anchored_by_the_next_round(log: Log) -> None:
    file = Anchors((await log.sealed(2)).anchors, SERVICE).file
    kept = file.read_bytes()
    await log.sealed(2)
    file.write_bytes(kept)  # as if the process had died between commit and anchor
    assert (await log.verify()).anchored == 2
    assert await log.sealer().round() == 0
    await whole(log, 4)


async def test_half_a_line_of_a_crash_is_no_anchor_and_is_written_over(log: Log) -> None:
    await log.sealed(2)
    file = Anchors(log.anchors, SERVICE).file
    with file.open("ab") as half:
        half.write(b'[4,"00ff')
    assert (await log.verify()).wrong is None
    await log.sealed(2)
    await whole(log, 4)


async def test_a_line_that_is_not_ours_is_named(log: Log) -> None:
    await log.sealed(2, 2)
    file = Anchors(log.anchors, SERVICE).file
    first, second = file.read_bytes().splitlines(keepends=True)
    forged = first.replace(b"[2,", b"[3,")
    for content, says in ((second + first, "line 2 goes back"), (first + forged, "line 2 is not signed by us")):
        file.write_bytes(content)
        wrong = (await log.verify()).wrong
        assert wrong is not None
        assert says in wrong.says


async def test_a_head_that_nobody_anchored_within_a_minute_is_named(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.sealed(2)
    Anchors(log.anchors, SERVICE).file.unlink()
    assert (await log.verify()).wrong is None  # younger than a minute: it may still come
    monkeypatch.setattr(verify, "GRACE", timedelta(0))
    assert (await log.verify()).wrong == Wrong("is anchored nowhere: nobody outside the database vouches for it", 1)


async def test_after_a_restore_the_anchors_say_what_the_copy_lacks(log: Log) -> None:
    await log.sealed(3)
    await log.tamper("create table kept as table audit", "create table kept_link as table audit_link")
    await log.sealed(4)
    await log.tamper("truncate audit, audit_link", "insert into audit select * from kept")
    await log.tamper("insert into audit_link select * from kept_link", "drop table kept, kept_link")
    assert (await log.verify()).wrong is not None
    assert await set_back(log.database, log.keys, log.anchors) == 4
    assert await set_back(log.database, log.keys, log.anchors) == 0
    await log.sealed(2)
    await whole(log, 6)  # three of before, the restore itself, two of after


async def test_a_copy_with_another_history_is_no_restore(log: Log) -> None:
    await log.sealed(3, 3)
    await log.tamper("delete from audit_link where n > 4", "update audit_link set hash = sha256(hash) where n = 3")
    with pytest.raises(OtherHistory):
        await set_back(log.database, log.keys, log.anchors)
    wrong = (await log.verify()).wrong
    assert wrong is not None
    assert wrong.n == 3


async def test_the_loop_seals_at_once_and_once_more_when_told_to_stop(log: Log) -> None:
    stop, beats = asyncio.Event(), list[int]()
    sealer = Sealer(log.database, log.keys, log.anchors, beat=lambda: beats.append(1))
    await log.write(2)
    running = asyncio.create_task(sealer.run(stop))
    async with asyncio.timeout(10):
        while not beats:
            await asyncio.sleep(0.01)
    await log.write(1)
    stop.set()
    await asyncio.wait_for(running, 10)
    await whole(log, 3)


async def test_a_broken_log_pages_and_ends_nothing(log: Log, tmp_path: Path) -> None:
    await log.sealed(2)
    await log.tamper("truncate audit_link")
    stop = asyncio.Event()
    stop.set()
    await log.sealer().run(stop)
    assert metrics.AUDIT_BROKEN.value(service=SERVICE) == 1
    async with log.database.work("system:test") as work:
        assert await head(work) is None
