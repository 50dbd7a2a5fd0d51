"""Several processes, one store: kill -9, erasure seen elsewhere, a disk that takes no more."""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from services.chassis.crypto.keystore import KeyGone, KeyStore
from services.chassis.crypto.secrets import KeyRing
from tests.chassis.crypto.disk import live_slots

HEAD = """
import asyncio, pathlib, resource, signal, sys, uuid
from services.chassis.crypto.keystore import KeyGone, KeyStore, NoFreshKey
from services.chassis.crypto.secrets import KeyRing
keys, store_path, *rest = sys.argv[1:]
async def opened(block, stride):
    return await KeyStore.open(pathlib.Path(store_path), KeyRing.open(pathlib.Path(keys), create=False),
                               block=block, stride=stride)
"""
TAKE_FOR_EVER = """
async def main():
    store = await opened(20, 5)
    while True:
        key = await store.take()
        print(key.id, key.secret.hex(), flush=True)
asyncio.run(main())
"""
UNWRAP_ON_DEMAND = """
async def main():
    store = await opened(20, 5)
    for line in sys.stdin:
        try:
            print((await store.unwrap(uuid.UUID(line.strip()))).secret.hex(), flush=True)
        except KeyGone:
            print("gone", flush=True)
    await store.close()
asyncio.run(main())
"""
TAKE_ON_A_FULL_DISK = """
async def main():
    store = await opened(20, 5)
    await store.take()
    await asyncio.sleep(0.1)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    taken = 1
    try:
        while True:
            await store.take()
            taken += 1
    except NoFreshKey:
        print("NoFreshKey", taken, flush=True)
asyncio.run(main())
"""


class Stores:
    """A key directory and a store path, and processes that use them."""

    def __init__(self, folder: Path) -> None:
        self.keys, self.path = folder / "keys", folder / "store" / "keys.sqlite"
        self.ring = KeyRing.open(self.keys, create=True)
        self.path.parent.mkdir()

    def start(self, script: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", HEAD + script, str(self.keys), str(self.path)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    async def here(self) -> KeyStore:
        return await KeyStore.open(self.path, self.ring, block=20, stride=5)


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(tmp_path)


def killed_after(process: "subprocess.Popen[str]", lines: int) -> list[tuple[UUID, str]]:
    """Read that many keys, kill -9, and return every key the process was heard to take."""
    with process:
        assert process.stdout
        heard = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        heard += process.stdout.readlines()
    whole = [line.split() for line in heard if line.endswith("\n")]
    return [(UUID(key_id), secret) for key_id, secret in whole]


async def test_a_killed_process_loses_no_used_key_and_leaves_none_to_reuse(stores: Stores) -> None:
    used: list[tuple[UUID, str]] = []
    for lines in (1, 5, 19, 20, 21, 63):  # inside, at and after the end of a block and of a stride
        used += killed_after(stores.start(TAKE_FOR_EVER), lines)
    store = await stores.here()
    fresh = [await store.take() for _ in range(50)]
    secrets = [secret for _, secret in used] + [key.secret.hex() for key in fresh]
    assert len(set(secrets)) == len(secrets), "no key twice"
    assert [(await store.unwrap(key_id)).secret.hex() for key_id, _ in used] == [secret for _, secret in used]
    await store.close()
    assert len(secrets) <= live_slots(stores.path) <= len(secrets) + 6 * 5, "at most one stride a life is left over"


async def test_a_living_owner_is_not_swept(stores: Stores) -> None:
    living = stores.start(TAKE_FOR_EVER)
    assert living.stdout
    living.stdout.readline()
    for _ in range(5):
        await (await stores.here()).close()
    used = killed_after(living, 100)
    store = await stores.here()
    assert [(await store.unwrap(key_id)).secret.hex() for key_id, _ in used] == [secret for _, secret in used]
    await store.close()


async def test_erasure_holds_at_once_in_every_process(stores: Stores) -> None:
    store, other = await stores.here(), stores.start(UNWRAP_ON_DEMAND)
    key, kept = await store.take(), await store.take()

    def asked(key_id: UUID) -> str:
        assert other.stdin
        assert other.stdout
        other.stdin.write(f"{key_id}\n")
        other.stdin.flush()
        return other.stdout.readline().strip()

    assert asked(key.id) == key.secret.hex()
    await store.destroy(key.id)
    assert asked(key.id) == "gone"
    assert asked(kept.id) == kept.secret.hex()
    with pytest.raises(KeyGone):
        await store.unwrap(key.id)
    other.communicate(timeout=20)
    assert other.returncode == 0
    await store.close()


def test_a_disk_that_takes_no_more_is_an_honest_no(stores: Stores) -> None:
    out, _ = stores.start(TAKE_ON_A_FULL_DISK).communicate(timeout=60)
    assert out.split() == ["NoFreshKey", "5"], "the five keys marked before are still good"


async def test_a_swept_block_is_noticed_by_its_owner(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two containers may not see each other's processes: a wrong verdict costs a block, never a key in use."""
    store = await stores.here()
    keys = [await store.take() for _ in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr("services.chassis.crypto.keyfile.is_over", lambda pid, started: True)
        other = await stores.here()
    keys += [await other.take() for _ in range(7)] + [await store.take() for _ in range(30)]
    assert len({key.secret for key in keys}) == 40
    assert [await store.unwrap(key.id) for key in keys] == keys
    await store.close()
    assert [await other.unwrap(key.id) for key in keys] == keys
    await other.close()
