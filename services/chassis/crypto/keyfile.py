"""The SQLite file of wrapped data keys. Blocking calls; `keystore.py` is the front that everybody uses.

A block is one blob of fixed slots, written once and afterwards only overwritten where it stands. Nothing is deleted or
resized, so SQLite never moves a key to another page and there is no second copy that a destruction could miss; and a
block costs one row, not a thousand rows and their index.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.crypto.life import Life, is_over
from services.chassis.crypto.secrets import KEY_BYTES, Key, KeyRing
from services.chassis.crypto.tokens import hmac_sha256, same

BUSY_SECONDS = 5.0
SLOT = 12 + KEY_BYTES + 16  # nonce, key, tag
_PREFIX = 14  # bytes of a key id that name its block; the last two are the slot
_SCHEMA = """
create table if not exists master_check(version integer primary key, value blob not null);
create table if not exists block(
    n integer primary key, id blob not null unique, master_version integer not null,
    life text not null, pid integer not null, started text not null,
    slots integer not null, marked integer not null,
    state text not null check (state in ('open', 'closed', 'free')));
create table if not exists wrapped(n integer primary key, keys blob not null);
"""


class KeyStoreError(Exception):
    """The key store cannot be used: unreadable, busy for too long, full, or made under another master key."""


class KeyGone(Exception):
    """There is no such key: it was destroyed, or never was."""


class BlockLost(Exception):
    """A block belongs to somebody else by now; its keys must not be used."""


@dataclass(slots=True)
class Block:
    """Keys made ahead for one life. Slots below `marked` may be handed out; `used` counts those that were."""

    n: int
    id: bytes
    master_version: int
    wrapped: list[bytes] = field(repr=False)
    marked: int = 0
    used: int = 0

    def key_id(self, slot: int) -> UUID:
        """Return the id of the key in a slot."""
        return UUID(bytes=self.id + slot.to_bytes(2, "big"))


class KeyFile:
    """One open store. Two connections: an unwrap never waits behind a block being made."""

    def __init__(self, path: Path, ring: KeyRing, life: Life) -> None:
        self._ring = ring
        self._life = life
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._writer = _connect(path)
        self._reader = _connect(path)

    @classmethod
    def open(cls, path: Path, ring: KeyRing, life: Life) -> "KeyFile":
        """Open or make the store, check the master key, destroy what dead owners left. Raises `KeyStoreError`."""
        _claim(path)
        with _told():
            file = cls(path, ring, life)
        try:
            file._writer.executescript(_SCHEMA)
            with file._change() as connection:
                _check_master(connection, ring.master())
                _sweep(connection)
        except BaseException as error:
            file.close()
            if isinstance(error, sqlite3.Error):
                raise KeyStoreError(f"the key store cannot be opened ({type(error).__name__})") from None
            raise
        return file

    def make_block(self, slots: int) -> Block:
        """Make and store `slots` fresh keys that belong to this life."""
        master, block_id = self._ring.master(), uuid4().bytes[:_PREFIX]
        block = Block(0, block_id, master.version, [])
        block.wrapped = [_wrap(master, block.key_id(slot), os.urandom(KEY_BYTES)) for slot in range(slots)]
        row = (block_id, master.version, self._life.id, self._life.pid, self._life.started, slots)
        with self._change() as connection:
            block.n = _store(connection, row, b"".join(block.wrapped))
        return block

    def mark(self, block: Block, upto: int) -> None:
        """Record that slots below `upto` may be handed out from now on; raise `BlockLost` if the block was swept.

        Written before the first of them is handed out: whoever sweeps after a crash destroys only what lies above.
        """
        with self._change() as connection:
            changed = connection.execute(
                "update block set marked = max(marked, ?) where n = ? and life = ? and state = 'open'",
                (upto, block.n, self._life.id),
            ).rowcount
        if changed != 1:
            raise BlockLost
        block.marked = upto

    def give_back(self, block: Block) -> None:
        """Destroy the keys of a block that were not handed out; no other process ever gets them."""
        with self._change() as connection:
            mine = connection.execute(
                "select 1 from block where n = ? and life = ? and state = 'open'", (block.n, self._life.id)
            ).fetchone()
            if mine:
                _retire(connection, block.n, block.used, len(block.wrapped))

    def read(self, key_id: UUID) -> bytes:
        """Return the key, unwrapped. Read from the file each time, so a destruction elsewhere holds at once."""
        with self._reading, _told(), _transaction(self._reader, "begin"):
            found = _find(self._reader, key_id)
            if found is None:
                raise KeyGone
            n, slot, version = found
            with self._reader.blobopen("wrapped", "keys", n, readonly=True) as blob:
                blob.seek(slot * SLOT)
                wrapped = blob.read(SLOT)
        return self.unwrap(key_id, version, wrapped)

    def unwrap(self, key_id: UUID, master_version: int, wrapped: bytes) -> bytes:
        """Open a wrapped key."""
        if not any(wrapped):
            raise KeyGone
        master = self._ring.master(master_version)
        try:
            return AESGCM(master.secret).decrypt(wrapped[:12], wrapped[12:], _bound_to(key_id))
        except InvalidTag:
            raise KeyStoreError("a key does not open under the master key of its version") from None

    def destroy(self, key_id: UUID) -> bool:
        """Overwrite a key where it stands. True if it was there; again, or for an unknown id, False."""
        with self._change() as connection:
            found = _find(connection, key_id)
            if found is None:
                return False
            n, slot, _ = found
            with connection.blobopen("wrapped", "keys", n) as blob:
                blob.seek(slot * SLOT)
                there = any(blob.read(SLOT))
            _blank(connection, n, slot, slot + 1)
            return there

    def close(self) -> None:
        """Close both connections."""
        for lock, connection in ((self._writing, self._writer), (self._reading, self._reader)):
            with lock:
                connection.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._writing, _told(), _transaction(self._writer, "begin immediate"):
            yield self._writer


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("pragma secure_delete = on")
    connection.execute("pragma journal_mode = delete")  # PERSIST and WAL keep the bytes of destroyed keys
    # EXTRA is FULL plus a sync of the folder after the journal is gone: without it a power cut can bring the journal
    # back, and with it a destroyed key, or an older mark under which the next sweep would destroy keys in use.
    connection.execute("pragma synchronous = extra")
    return connection


def _claim(path: Path) -> None:
    """Make the file with mode 0600 before SQLite would make it with the umask's; its journal copies the mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyStoreError(f"{path}: cannot be opened ({type(error).__name__})") from None
    if mode & 0o077:
        raise KeyStoreError(f"{path}: others may read it; set its mode to 0600")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise KeyStoreError(f"the key store does not answer ({getattr(error, 'sqlite_errorname', 'error')})") from None


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _check_master(connection: sqlite3.Connection, master: Key) -> None:
    value = hmac_sha256(master.secret, b"baton.keystore.check")
    connection.execute("insert into master_check values (?, ?) on conflict do nothing", (master.version, value))
    (kept,) = connection.execute("select value from master_check where version = ?", (master.version,)).fetchone()
    if not same(kept, value):
        raise KeyStoreError("the key store was made under another master key; restore that one")


def _sweep(connection: sqlite3.Connection) -> None:
    blocks = connection.execute("select n, marked, slots, pid, started from block where state = 'open'").fetchall()
    for n, marked, slots, pid, started in blocks:
        if is_over(pid, started):
            _retire(connection, n, marked, slots)


def _store(connection: sqlite3.Connection, row: tuple[object, ...], keys: bytes) -> int:
    """Write a block, over one of the same size that nobody used where there is one: restarts do not grow the file."""
    free = connection.execute("select n from block where state = 'free' and slots = ?", (row[-1],)).fetchone()
    if free is None:
        n = connection.execute(
            "insert into block(id, master_version, life, pid, started, slots, marked, state)"
            " values (?, ?, ?, ?, ?, ?, 0, 'open') returning n",
            row,
        ).fetchone()[0]
        connection.execute("insert into wrapped values (?, ?)", (n, keys))
        return int(n)
    (n,) = free
    connection.execute(
        "update block set id = ?, master_version = ?, life = ?, pid = ?, started = ?, slots = ?,"
        " marked = 0, state = 'open' where n = ?",
        (*row, n),
    )
    with connection.blobopen("wrapped", "keys", n) as blob:
        blob.write(keys)
    return int(n)


def _retire(connection: sqlite3.Connection, n: int, kept: int, slots: int) -> None:
    """Destroy the slots from `kept` on; a block nobody used may be written over later."""
    _blank(connection, n, kept, slots)
    connection.execute("update block set state = ? where n = ?", ("closed" if kept else "free", n))


def _blank(connection: sqlite3.Connection, n: int, start: int, stop: int) -> None:
    with connection.blobopen("wrapped", "keys", n) as blob:
        blob.seek(start * SLOT)
        blob.write(bytes((stop - start) * SLOT))


def _find(connection: sqlite3.Connection, key_id: UUID) -> tuple[int, int, int] | None:
    slot = int.from_bytes(key_id.bytes[_PREFIX:], "big")
    row = connection.execute(
        "select n, master_version from block where id = ? and slots > ?", (key_id.bytes[:_PREFIX], slot)
    ).fetchone()
    return None if row is None else (row[0], slot, row[1])


def _wrap(master: Key, key_id: UUID, key: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(master.secret).encrypt(nonce, key, _bound_to(key_id))


def _bound_to(key_id: UUID) -> bytes:
    return b"baton.datakey" + key_id.bytes
