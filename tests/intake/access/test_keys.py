"""Keys in the database: found by their digest, refused once revoked or over (S6, S7)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.auth.identity import Identity
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.intake.access.rules import TooManyKeys
from services.intake.access.storage.keys import issue_key, keys_of, revoke_key, whose_key

YEAR = timedelta(days=365)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.open(tmp_path / "keys", create=True)


@pytest.fixture
def intake(database_of: Callable[[str], Database]) -> Database:
    return database_of("intake")


def somebody(tmp_path: Path, kind: str = "partner") -> Identity:
    """An owner no other test has keys for."""
    identity = Identity.parse(f"{kind}:{tmp_path.name.lower().replace('_', '-')[:60]}")
    assert identity is not None
    return identity


async def test_a_key_opens_until_it_is_revoked(intake: Database, ring: KeyRing, tmp_path: Path) -> None:
    owner = somebody(tmp_path)
    async with intake.work("system:operator") as work:
        key = await issue_key(work, ring, owner, YEAR)
    async with intake.work("partner:nobody", scope="") as work:
        assert await whose_key(work, ring, key) == owner
        assert await whose_key(work, ring, key[:-1] + ("0" if key[-1] != "0" else "1")) is None
    async with intake.work("system:operator") as work:
        (stored,) = await keys_of(work, owner)
        assert await revoke_key(work, stored.id)
    async with intake.work("system:operator") as work:
        assert await whose_key(work, ring, key) is None
        assert not await revoke_key(work, stored.id)
        acts = await work.fetch("select act from audit where subject = $1 order by at", f"key:{stored.id}")
    assert [row["act"] for row in acts] == ["key_issued", "key_revoked"]


async def test_a_key_that_is_over_opens_nothing(intake: Database, ring: KeyRing, tmp_path: Path) -> None:
    async with intake.work("system:operator") as work:
        key = await issue_key(work, ring, somebody(tmp_path), timedelta(seconds=-1))
        assert await whose_key(work, ring, key) is None


async def test_the_database_alone_tests_no_guess(intake: Database, ring: KeyRing, tmp_path: Path) -> None:
    owner = somebody(tmp_path)
    async with intake.work("system:operator") as work:
        key = await issue_key(work, ring, owner, YEAR)
        row = await work.value("select api_key::text from api_key where owner = $1", owner.id)
        assert key.rpartition("_")[2] not in row
        assert await whose_key(work, KeyRing.open(tmp_path / "other", create=True), key) is None


async def test_a_key_made_under_an_older_pepper_still_opens(intake: Database, ring: KeyRing, tmp_path: Path) -> None:
    async with intake.work("system:operator") as work:
        key = await issue_key(work, ring, somebody(tmp_path), YEAR)
        ring.rotate("api_key")
        assert await whose_key(work, ring, key) == somebody(tmp_path)


async def test_of_five_at_once_two_partners_keys_are_made(intake: Database, ring: KeyRing, tmp_path: Path) -> None:
    owner = somebody(tmp_path)

    async def issue() -> str:
        async with intake.work("system:operator") as work:
            return await issue_key(work, ring, owner, YEAR)

    made = await asyncio.gather(*(issue() for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["TooManyKeys"] * 3 + ["str"] * 2
    assert TooManyKeys in {type(one) for one in made}


async def test_a_third_sign_in_ends_the_first(intake: Database, ring: KeyRing, tmp_path: Path) -> None:
    owner, secrets = somebody(tmp_path, "staff"), []
    for _ in range(3):
        async with intake.work("system:operator") as work:
            secrets.append(await issue_key(work, ring, owner, YEAR))
    async with intake.work("system:operator") as work:
        opens = [await whose_key(work, ring, secret) == owner for secret in secrets]
    assert opens == [False, True, True]
