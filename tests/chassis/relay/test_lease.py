"""Shard leases with a term, on real PostgreSQL (delivery.md, "The outbox and the relay")."""

import asyncio

from services.chassis.relay.lease import Leases
from tests.chassis.relay.stand import Stand, until

EVERY_SHARD = list(range(12))


def leases_of(stand: Stand, owner: str, seconds: float = 4.0) -> Leases:
    return Leases(stand.database, owner, seconds)


async def test_a_relay_owns_shards_through_a_lease_row_with_a_term(bare: Stand) -> None:
    """A relay owns shards through a lease row with a term."""
    mine = leases_of(bare, "a")
    await mine.keep()
    rows = await bare.sql("select shard, owner, term, until > clock_timestamp() as runs from relay_lease")
    assert sorted(mine.held) == EVERY_SHARD
    assert {(row["shard"], row["owner"], row["term"], row["runs"]) for row in rows} == {
        (shard, "a", mine.held[shard].term, True) for shard in EVERY_SHARD
    }


async def test_renewing_keeps_the_term(bare: Stand) -> None:
    mine = leases_of(bare, "a")
    await mine.keep()
    terms = {shard: lease.term for shard, lease in mine.held.items()}
    await mine.keep()
    assert {shard: lease.term for shard, lease in mine.held.items()} == terms


async def test_several_relays_come_to_fair_shares(bare: Stand) -> None:
    """Growing: relays share shards by lease."""
    relays = [leases_of(bare, name) for name in "abc"]
    for _ in range(4):
        for relay in relays:
            await relay.keep()
    held = [sorted(relay.held) for relay in relays]
    assert [len(shards) for shards in held] == [4, 4, 4]
    assert sorted(shard for shards in held for shard in shards) == EVERY_SHARD


async def test_what_a_dead_relay_held_is_taken_over_with_a_higher_term(bare: Stand) -> None:
    """Lease just expired."""
    dead, heir = leases_of(bare, "dead", 0.3), leases_of(bare, "heir", 0.3)
    await dead.keep()
    before = {shard: lease.term for shard, lease in dead.held.items()}

    async def all_taken() -> bool:
        await heir.keep()
        return sorted(heir.held) == EVERY_SHARD

    await until(all_taken, 5)
    assert all(heir.held[shard].term > term for shard, term in before.items())
    assert dict(dead.held) == {}


async def test_a_lease_that_runs_is_not_taken(bare: Stand) -> None:
    owner, other = leases_of(bare, "a"), leases_of(bare, "b")
    await owner.keep()
    await other.keep()
    assert dict(other.held) == {}


async def test_of_many_that_reach_for_a_free_shard_at_once_one_gets_it(bare: Stand) -> None:
    relays = [leases_of(bare, f"r{n}") for n in range(6)]
    await asyncio.gather(*(relay.keep() for relay in relays))
    held = [shard for relay in relays for shard in relay.held]
    assert len(held) == len(set(held))


async def test_who_leaves_gives_its_shards_back_at_once(bare: Stand) -> None:
    first, second = leases_of(bare, "a"), leases_of(bare, "b")
    await first.keep()
    await first.leave()
    await second.keep()
    assert sorted(second.held) == EVERY_SHARD
    assert [row["owner"] for row in await bare.sql("select owner from relay_member")] == ["b"]


async def test_leases_use_the_real_clock(bare: Stand) -> None:
    """What guards the machinery uses the real clock: leases."""
    mine = leases_of(bare, "a")
    await mine.keep()
    await bare.sql("update test_clock set ahead = '30 days'")
    other = leases_of(bare, "b")
    await other.keep()
    assert dict(other.held) == {}
