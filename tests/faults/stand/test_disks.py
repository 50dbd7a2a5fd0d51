"""Small disks, where this process may make them; where it may not, it says so."""

import errno
from pathlib import Path

import pytest

from tests.faults.stand.broom import mounts, source_of_mine, sweep
from tests.faults.stand.disks import may_mount, mounted
from tests.faults.stand.left import mounts_of
from tests.faults.stand.void import Void

SIZE = 4 * 2**20


async def filled(folder: Path) -> None:
    async with mounted(folder / "small", SIZE) as disk:
        assert disk.left == SIZE
        assert await disk.fill(leave=8192) >= SIZE - 8192 - 4096
        with pytest.raises(OSError, match="No space left") as refused:
            (disk.folder / "more").write_bytes(bytes(20_000))
        assert refused.value.errno == errno.ENOSPC
        (disk.folder / "more").unlink()
        await disk.free()
        (disk.folder / "more").write_bytes(bytes(20_000))
    sweep(folder)


async def refused(folder: Path) -> None:
    with pytest.raises(Void, match="no right to mount"):
        async with mounted(folder / "small", SIZE):
            pass


async def test_a_disk_is_full_until_it_is_freed_and_goes_with_its_run(tmp_path: Path) -> None:
    await (filled(tmp_path) if may_mount() else refused(tmp_path))
    assert mounts_of(tmp_path) == []


def test_a_mount_is_stale_when_the_process_it_names_is_another_or_none() -> None:
    pid, _, started = source_of_mine().removeprefix("baton-faults-").partition("-")
    mine, other, none = (f"baton-faults-{who}" for who in (f"{pid}-{started}", f"{pid}-1", f"{2**22 + 1}-{started}"))
    from tests.faults.stand.broom import Mount

    assert [Mount(source, Path("/x")).is_stale for source in (mine, other, none)] == [False, True, True]
    assert not any(mount.is_stale for mount in mounts() if mount.source == mine)
