"""A harness that is killed, at the worst moment: its PostgreSQL frozen, its disk mounted."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.stand.disks import may_mount
from tests.faults.stand.layout import ROOT
from tests.faults.stand.left import mounts_of, processes_of, segment_of, segments
from tests.faults.stand.places import python_environment

HARNESS = """
import asyncio, sys
from pathlib import Path
from tests.faults.stand.layout import Layout
from tests.faults.stand.stand import stand

async def main():
    disks = {"postgres": 512 << 20} if sys.argv[2] == "True" else {}
    async with stand(Layout(Path(sys.argv[1]), 1, (), disks=disks), None) as running:
        await running.postgres.freeze()
        print("frozen", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def started(argv: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(argv, env=python_environment(), cwd=ROOT, stdout=subprocess.PIPE)


@pytest.mark.timeout(300)
async def test_nothing_outlives_a_harness_that_was_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HARNESS, str(tmp_path), str(may_mount())]
    harness = started(argv)
    assert harness.stdout is not None
    assert await asyncio.to_thread(harness.stdout.readline) == b"frozen\n"
    assert (len(processes_of(tmp_path)) > 5, len(mounts_of(tmp_path))) == (True, int(may_mount()))
    segment = segment_of(tmp_path / "servers" / "postgres" / "data")
    harness.send_signal(signal.SIGKILL)
    harness.wait()
    harness.stdout.close()
    async with asyncio.timeout(15):
        while processes_of(tmp_path) or mounts_of(tmp_path):
            await asyncio.sleep(0.1)
    assert segment not in segments()
