"""The journal on real PostgreSQL: bodies as received, without staff addresses, in order (delivery.md, "Reading")."""

import json
from collections.abc import Callable
from uuid import uuid4

from contracts.envelope import Fact, body_bytes
from contracts.network.facts import PoolDefined, StaffDefined
from contracts.streams import partition_of
from contracts.vocabulary import StaffRole
from services.chassis.database import Database
from services.chassis.work import Work
from services.reporting.facts.storage import journalled, write_journal
from tests.facts import fact

Databases = Callable[[str], Database]


def a_member(name: str, version: int) -> Fact[StaffDefined]:
    mail = f"{name}@eastmere.example"
    said = fact(
        StaffDefined(staff=name, label="Ines", sites=("eastmere",), roles=(StaffRole.COORDINATOR,), email=mail),
        version=version,
    )
    return Fact(said.head, said.body, json.dumps({**json.loads(body_bytes(said.body)), "colour": "green"}).encode())


async def kept_of(work: Work, name: str) -> list[Fact[StaffDefined]]:
    """The staff facts of this member's shard."""
    slices = journalled(work, "network", partition_of(f"staff/{name}"), [StaffDefined])
    return [one async for some in slices for one in some]


async def test_a_body_is_kept_as_received_but_for_the_staff_address(database_of: Databases) -> None:
    name = f"ines-{uuid4().hex[:8]}"
    async with database_of("reporting").work("system:test") as work:
        await write_journal(work, [a_member(name, 1)])
        kept = await work.value("select journal::text from journal where key = $1", f"staff/{name}")
    assert "@" not in kept
    assert "green" in kept


async def test_facts_come_back_by_key_and_version(database_of: Databases) -> None:
    name = f"ines-{uuid4().hex[:8]}"
    async with database_of("reporting").work("system:test") as work:
        await write_journal(work, [])
        await write_journal(work, [a_member(name, version) for version in (2, 1, 3)])
        read = await kept_of(work, name)
    own = [one for one in read if one.key == f"staff/{name}"]
    assert [one.version for one in own] == [1, 2, 3]
    assert own[0].body == a_member(name, 1).body.model_copy(update={"email": None})


async def test_only_the_types_that_are_asked_for_are_read(database_of: Databases) -> None:
    name = f"ines-{uuid4().hex[:8]}"
    shard = partition_of(f"staff/{name}")
    async with database_of("reporting").work("system:test") as work:
        await write_journal(work, [a_member(name, 1)])
        assert [one async for one in journalled(work, "network", shard, [PoolDefined])] == []


async def test_what_a_newer_release_applied_is_kept_for_it_and_passed_over_here(database_of: Databases) -> None:
    name = f"ines-{uuid4().hex[:8]}"
    async with database_of("reporting").work("system:test") as work:
        await write_journal(work, [a_member(name, version) for version in (1, 2)])
        await work.run("update journal set type = 'baton.StaffLent.v1' where key = $1 and version = 1", f"staff/{name}")
        read = await kept_of(work, name)
    assert [one.version for one in read if one.key == f"staff/{name}"] == [2]
