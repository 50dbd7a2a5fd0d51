"""Keys of the vault: one a lead, gone when destroyed, and no acceptance without one (P16, S4)."""

from pathlib import Path

import pytest

from services.chassis.crypto.keystore import NoFreshKey
from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.storage.keys import FILE, VaultKeys


async def test_the_store_is_opened_when_a_key_is_needed_and_not_before(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", create=True)
    keys = VaultKeys(tmp_path / "keys", ring)
    assert not (tmp_path / "keys" / FILE).exists()
    one, other = await keys.take(), await keys.take()
    assert (await keys.unwrap(one.id)).secret == one.secret != other.secret
    assert (tmp_path / "keys" / FILE).stat().st_mode & 0o777 == 0o600
    await keys.close()
    again = VaultKeys(tmp_path / "keys", ring)
    assert (await again.unwrap(other.id)).secret == other.secret
    await again.close()


async def test_without_a_store_there_is_no_key(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", create=True)
    (tmp_path / "keys" / FILE).mkdir()
    with pytest.raises(NoFreshKey):
        await VaultKeys(tmp_path / "keys", ring).take()
