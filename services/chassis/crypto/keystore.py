"""Data keys for leads, made ahead and kept outside the database (privacy.md, "The vault"; P16, S4, S7)."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from uuid import UUID

from services.chassis.crypto.keyfile import Block, BlockLost, KeyFile, KeyGone, KeyStoreError
from services.chassis.crypto.life import Life
from services.chassis.crypto.secrets import KeyRing

__all__ = ["DataKey", "KeyGone", "KeyStore", "KeyStoreError", "NoFreshKey"]

BLOCK = 1_000
STRIDE = 100
PAUSE = 1.0  # seconds after a failure in which nobody waits for the file again


class NoFreshKey(Exception):
    """No key is left and none can be made now: what it was for cannot be made durable (P16, answered 503)."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one lead, unwrapped. Keep it for one `Work` and no longer: erasure must hold at once."""

    id: UUID
    secret: bytes = field(repr=False)


class KeyStore:
    """The keys of one process life. All file work happens in threads; `take` normally touches no file at all."""

    def __init__(self, file: KeyFile, *, block: int, stride: int) -> None:
        self._file = file
        self._size = block
        self._stride = stride
        self._blocks: deque[Block] = deque()
        self._turn = asyncio.Lock()
        self._making: asyncio.Task[bool] | None = None
        self._not_before = 0.0

    @classmethod
    async def open(cls, path: Path, ring: KeyRing, *, block: int = BLOCK, stride: int = STRIDE) -> Self:
        """Open the store at `path` and destroy the unused keys of owners that died. Raises `KeyStoreError`.

        The first block is made when the first key is taken: a process that only opens values makes none.
        """
        if not 0 < stride <= block <= 0x10000:
            raise ValueError("a block has 1 to 65,536 keys and is handed out in strides no longer than itself")
        return cls(await asyncio.to_thread(KeyFile.open, path, ring, Life.begin()), block=block, stride=stride)

    @property
    def left(self) -> int:
        """Keys ready to be taken without making a new block."""
        return sum(len(block.wrapped) - block.used for block in self._blocks)

    async def take(self) -> DataKey:
        """Return a key that nobody ever had, for one lead. Raises `NoFreshKey`."""
        async with self._turn:
            block = await self._ready()
            slot, block.used = block.used, block.used + 1
            wrapped, block.wrapped[slot] = block.wrapped[slot], b""
            if self.left < self._size // 2 and not self._pausing():
                self._start_making()
        key_id = block.key_id(slot)
        return DataKey(key_id, self._file.unwrap(key_id, block.master_version, wrapped))

    async def unwrap(self, key_id: UUID) -> DataKey:
        """Return the key a vault row names. Raises `KeyGone` once it is destroyed, by whichever process."""
        return DataKey(key_id, await asyncio.to_thread(self._file.read, key_id))

    async def destroy(self, key_id: UUID) -> bool:
        """Destroy a key; what it sealed cannot be opened by anybody from now on. False if it was gone already.

        Returns after the bytes are overwritten on disk. Raises `KeyStoreError` when that is not certain: try again.
        """
        return await asyncio.to_thread(self._file.destroy, key_id)

    async def close(self) -> None:
        """Destroy this life's unused keys and close the file; what cannot be destroyed now is swept at a next open."""
        if self._making:
            await self._making
        try:
            while self._blocks:
                await asyncio.to_thread(self._file.give_back, self._blocks[0])
                self._blocks.popleft()
        except KeyStoreError:
            self._blocks.clear()
        finally:
            await asyncio.to_thread(self._file.close)

    async def _ready(self) -> Block:
        """Return the block whose next key may be handed out."""
        while True:
            if not self._blocks:
                await self._make_now()
            block = self._blocks[0]
            if block.used < block.marked:
                return block
            if block.used == len(block.wrapped):
                self._blocks.popleft()
                continue
            await self._mark(block)

    async def _mark(self, block: Block) -> None:
        self._refuse_while_pausing()
        upto = min(block.marked + self._stride, len(block.wrapped))
        try:
            await asyncio.to_thread(self._file.mark, block, upto)
        except BlockLost:
            self._blocks.remove(block)
        except KeyStoreError as error:
            self._pause()
            raise NoFreshKey(str(error)) from None

    async def _make_now(self) -> None:
        if self._making is None:
            self._refuse_while_pausing()
        if not await asyncio.shield(self._start_making()):  # a caller that goes away leaves the block to the next
            raise NoFreshKey("no key is left and no block can be made")

    def _start_making(self) -> "asyncio.Task[bool]":
        if self._making is None:
            self._making = asyncio.create_task(self._make())
        return self._making

    async def _make(self) -> bool:
        try:
            self._blocks.append(await asyncio.to_thread(self._file.make_block, self._size))
        except KeyStoreError:
            self._pause()
            return False
        else:
            return True
        finally:
            self._making = None

    def _refuse_while_pausing(self) -> None:
        # Otherwise a hundred callers would each wait out the busy timeout, one after the other.
        if self._pausing():
            raise NoFreshKey("the key store failed a moment ago")

    def _pausing(self) -> bool:
        return asyncio.get_running_loop().time() < self._not_before

    def _pause(self) -> None:
        self._not_before = asyncio.get_running_loop().time() + PAUSE
