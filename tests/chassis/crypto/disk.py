"""A key store's file read beside the code: what lies on disk, whoever wrote it."""

import sqlite3
from pathlib import Path
from uuid import UUID

SLOT = 60  # nonce 12, key 32, tag 16


def wrapped_on_disk(path: Path, key_id: UUID) -> bytes:
    """Return the stored form of a key: its block by the first 14 bytes of the id, its slot by the last two."""
    connection = sqlite3.connect(path)
    (keys,) = connection.execute(
        "select keys from wrapped join block using (n) where id = ?", (key_id.bytes[:14],)
    ).fetchone()
    connection.close()
    slot = int.from_bytes(key_id.bytes[14:], "big")
    return bytes(keys[slot * SLOT : (slot + 1) * SLOT])


def live_slots(path: Path) -> int:
    """Count the keys that are not blank."""
    connection = sqlite3.connect(path)
    blobs = [bytes(keys) for (keys,) in connection.execute("select keys from wrapped")]
    connection.close()
    return sum(any(blob[at : at + SLOT]) for blob in blobs for at in range(0, len(blob), SLOT))


def blocks(path: Path) -> int:
    """Count the blocks, blank ones included."""
    connection = sqlite3.connect(path)
    (count,) = connection.execute("select count(*) from wrapped").fetchone()
    connection.close()
    return int(count)


def everything_on_disk(path: Path) -> bytes:
    """Return the bytes of the store and of whatever lies beside it."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def mode(path: Path) -> int:
    """Return a file's permission bits."""
    return path.stat().st_mode & 0o777
