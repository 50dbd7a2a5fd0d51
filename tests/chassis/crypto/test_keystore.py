"""Keys for leads: each one once, gone for everybody when destroyed, and an honest no when none can be made."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.chassis.crypto import keyfile, keystore
from services.chassis.crypto.keystore import DataKey, KeyGone, KeyStore, KeyStoreError, NoFreshKey
from services.chassis.crypto.secrets import KeyRing
from tests.chassis.crypto.disk import blocks, everything_on_disk, live_slots, mode, wrapped_on_disk


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.open(tmp_path / "keys", create=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store" / "keys.sqlite"


@pytest.fixture
async def store(path: Path, ring: KeyRing) -> AsyncIterator[KeyStore]:
    opened = await KeyStore.open(path, ring, block=10, stride=4)
    yield opened
    await opened.close()


async def test_every_lead_gets_a_key_of_its_own(store: KeyStore) -> None:
    keys = await asyncio.gather(*(store.take() for _ in range(57)))
    assert len({key.id for key in keys}) == 57
    assert len({key.secret for key in keys}) == 57
    assert {len(key.secret) for key in keys} == {32}


async def test_a_key_is_found_again_by_its_id(store: KeyStore) -> None:
    keys = [await store.take() for _ in range(25)]
    assert [await store.unwrap(key.id) for key in keys] == keys


async def test_the_next_block_is_made_before_the_last_is_used_up(store: KeyStore) -> None:
    lowest = 10
    for _ in range(60):
        await store.take()
        await asyncio.sleep(0.002)
        lowest = min(lowest, store.left)
    assert lowest > 0


async def test_a_destroyed_key_is_gone_from_every_byte_of_the_store(store: KeyStore, path: Path) -> None:
    keys = [await store.take() for _ in range(40)]
    marks = [wrapped_on_disk(path, key.id) for key in keys]
    assert all(mark in everything_on_disk(path) for mark in marks), "the search finds what is there"
    for key in keys[::2]:
        assert await store.destroy(key.id) is True
        await store.take()
    left = everything_on_disk(path)
    assert not [mark for mark in marks[::2] if mark in left]
    assert all(mark in left for mark in marks[1::2])
    assert [file.name for file in path.parent.iterdir()] == [path.name], "no journal stays"


async def test_a_destroyed_key_does_not_open_and_destroying_it_again_is_nothing(store: KeyStore) -> None:
    key, other = await store.take(), await store.take()
    await store.destroy(key.id)
    with pytest.raises(KeyGone):
        await store.unwrap(key.id)
    assert await store.destroy(key.id) is False
    assert await store.unwrap(other.id) == other


async def test_an_unknown_key_is_gone_too(store: KeyStore) -> None:
    key = await store.take()
    beyond = UUID(bytes=key.id.bytes[:14] + (10).to_bytes(2, "big"))
    for unknown in (uuid4(), beyond):
        with pytest.raises(KeyGone):
            await store.unwrap(unknown)
        assert await store.destroy(unknown) is False


async def test_closing_destroys_what_was_not_handed_out(path: Path, ring: KeyRing) -> None:
    store = await KeyStore.open(path, ring, block=10, stride=4)
    keys = [await store.take() for _ in range(7)]
    await store.close()
    assert live_slots(path) == 7
    again = await KeyStore.open(path, ring, block=10, stride=4)
    assert [await again.unwrap(key.id) for key in keys] == keys
    await again.close()


async def test_lives_that_take_little_do_not_grow_the_file(path: Path, ring: KeyRing) -> None:
    for _ in range(8):
        store = await KeyStore.open(path, ring, block=10, stride=4)
        for _ in range(6):  # more than half: a second block is made ahead and stays unused
            await store.take()
        await asyncio.sleep(0.05)
        assert store.left == 14
        await store.close()
    assert blocks(path) == 9, "the unused one is written over by the next life"
    assert live_slots(path) == 8 * 6


async def test_two_open_stores_share_no_key(store: KeyStore, path: Path, ring: KeyRing) -> None:
    other = await KeyStore.open(path, ring, block=10, stride=4)
    keys = await asyncio.gather(*(one.take() for _ in range(30) for one in (store, other)))
    assert len({key.secret for key in keys}) == 60
    await store.destroy(keys[1].id)
    with pytest.raises(KeyGone):
        await other.unwrap(keys[1].id)
    await other.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(keystore, "PAUSE", 0.2)


async def taken_until_refused(store: KeyStore) -> list[DataKey]:
    keys: list[DataKey] = []
    try:
        while len(keys) < 1000:
            keys.append(await store.take())
    except NoFreshKey:
        return keys
    raise AssertionError("never refused")


@pytest.mark.usefixtures("quick")
async def test_a_locked_store_refuses_only_when_nothing_is_left_and_recovers(path: Path, ring: KeyRing) -> None:
    store = await KeyStore.open(path, ring, block=10, stride=4)
    first = await store.take()
    held = sqlite3.connect(path, isolation_level=None)
    held.execute("begin exclusive")
    during = await taken_until_refused(store)
    assert len(during) == 3, "what was marked before the lock is still good"
    started = asyncio.get_running_loop().time()
    results = await asyncio.gather(*(store.take() for _ in range(50)), return_exceptions=True)
    assert all(isinstance(result, NoFreshKey) for result in results)
    assert asyncio.get_running_loop().time() - started < 50 * 0.05, "they do not queue up behind the timeout"
    held.execute("rollback")
    held.close()
    await asyncio.sleep(0.25)
    after = [await store.take() for _ in range(12)]
    keys = [first, *during, *after]
    assert len({key.secret for key in keys}) == len(keys)
    assert [await store.unwrap(key.id) for key in keys] == keys
    await store.close()


@pytest.mark.usefixtures("quick")
async def test_a_destruction_that_is_not_certain_is_told(path: Path, ring: KeyRing) -> None:
    store = await KeyStore.open(path, ring, block=10, stride=4)
    key = await store.take()
    held = sqlite3.connect(path, isolation_level=None)
    held.execute("begin immediate")
    with pytest.raises(KeyStoreError):
        await store.destroy(key.id)
    held.execute("rollback")
    held.close()
    assert await store.unwrap(key.id) == key
    await store.close()


async def test_a_cancelled_taker_costs_no_key_twice(store: KeyStore) -> None:
    tasks = [asyncio.create_task(store.take()) for _ in range(40)]
    await asyncio.sleep(0.001)
    for task in tasks[::3]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    keys = [result for result in results if isinstance(result, DataKey)]
    keys += [await store.take() for _ in range(20)]
    assert len({key.secret for key in keys}) == len(keys)
    assert [await store.unwrap(key.id) for key in keys] == keys


async def test_another_master_key_is_refused(store: KeyStore, path: Path, tmp_path: Path) -> None:
    await store.take()
    with pytest.raises(KeyStoreError, match="another master key"):
        await KeyStore.open(path, KeyRing.open(tmp_path / "others", create=True))


async def test_after_a_rotation_of_the_master_key_old_and_new_keys_open(path: Path, ring: KeyRing) -> None:
    store = await KeyStore.open(path, ring, block=10, stride=4)
    old = await store.take()
    ring.rotate_master()
    await store.close()
    again = await KeyStore.open(path, ring, block=10, stride=4)
    new = await again.take()
    assert [await again.unwrap(key.id) for key in (old, new)] == [old, new]
    await again.close()


@pytest.mark.usefixtures("store")
async def test_the_file_is_for_its_owner_only(path: Path, ring: KeyRing) -> None:
    assert mode(path) == 0o600
    os.chmod(path, 0o640)
    with pytest.raises(KeyStoreError, match="others may read it"):
        await KeyStore.open(path, ring)


@pytest.fixture
def not_a_store(path: Path) -> Path:
    path.write_bytes(b"not a database" * 100)
    path.chmod(0o600)
    return path


async def test_a_file_that_is_no_store_is_refused(not_a_store: Path, ring: KeyRing) -> None:
    with pytest.raises(KeyStoreError):
        await KeyStore.open(not_a_store, ring)


async def test_a_store_in_no_folder_is_refused(tmp_path: Path, ring: KeyRing) -> None:
    with pytest.raises(KeyStoreError, match="FileNotFoundError"):
        await KeyStore.open(tmp_path / "nowhere" / "keys.sqlite", ring)


@pytest.mark.parametrize("sizes", [(0, 0), (10, 0), (10, 11), (70_000, 100)])
async def test_odd_sizes_are_refused(path: Path, ring: KeyRing, sizes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="a block has"):
        await KeyStore.open(path, ring, block=sizes[0], stride=sizes[1])


def test_a_data_key_does_not_show_itself() -> None:
    assert "secret" not in repr(DataKey(UUID(int=1), b"s" * 32))
