"""An api process frozen inside its transaction holds nobody up (delivery.md, "The transaction")."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from services.chassis.database import Database


async def test_a_frozen_api_lets_go_of_its_locks_and_answers_503_when_it_wakes(
    harbour: Database, harbour_url: str, tmp_path: Path
) -> None:
    async with harbour.work("system:test") as work:
        await work.run("insert into boat (partner, name) values ('openhand', 'Pilot')")
    argv = sys.executable, "-m", "tests.chassis.http.one_api", harbour_url, str(tmp_path / "keys")
    process = await asyncio.create_subprocess_exec(*argv, stdout=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while await process.stdout.readline() != b"inside\n":
                pass
        async with harbour.work("system:test") as work:  # under its own lock_timeout of 5 s
            await work.run("update boat set name = 'Free'")
        os.kill(process.pid, signal.SIGCONT)
        assert (await asyncio.wait_for(process.communicate(), 20))[0].split()[-1] == b"503"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    async with harbour.work("system:test") as work:
        assert tuple(await work.one("select name, version from boat") or ()) == ("Free", 1)
