"""The data keys of the vault, one a lead, in their own store outside the database (privacy.md, "The vault")."""

import asyncio
from pathlib import Path
from typing import Final
from uuid import UUID

from services.chassis.crypto.keystore import DataKey, KeyStore, KeyStoreError, NoFreshKey
from services.chassis.crypto.secrets import KeyRing
from services.chassis.telemetry import metrics

FILE: Final = "vault-keys.sqlite"


class VaultKeys:
    """The key store, opened when it is first needed: only a process that seals or opens details needs the file."""

    def __init__(self, keys_dir: Path, ring: KeyRing) -> None:
        self._path = keys_dir / FILE
        self._ring = ring
        self._store: KeyStore | None = None
        self._opening = asyncio.Lock()

    async def take(self) -> DataKey:
        """A fresh key for one lead. Raises `NoFreshKey`: then nothing may be accepted (P16)."""
        try:
            store = await self._open()
        except KeyStoreError:
            raise NoFreshKey("the key store cannot be opened") from None
        key = await store.take()
        metrics.KEYSTORE_LEFT.set(store.left)
        return key

    async def unwrap(self, key_id: UUID) -> DataKey:
        """The key a vault row names. Raises `KeyGone` once it was destroyed."""
        return await (await self._open()).unwrap(key_id)

    async def destroy(self, key_id: UUID) -> None:
        """Destroy a key: what it sealed is open to nobody any more. Raises `KeyStoreError` when that is not certain."""
        await (await self._open()).destroy(key_id)

    async def close(self) -> None:
        """Destroy the keys that were made ahead and not used."""
        if self._store is not None:
            store, self._store = self._store, None
            await store.close()

    async def _open(self) -> KeyStore:
        async with self._opening:
            if self._store is None:
                self._store = await KeyStore.open(self._path, self._ring)
            return self._store
