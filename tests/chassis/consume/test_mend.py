"""Repair by hand, in order, through the ordinary handler (delivery.md, "Reading"; P7)."""

import asyncio

import pytest

from contracts.network.facts import StaffDefined
from contracts.streams import LEADS, NETWORK, Stream
from contracts.vocabulary import StaffRole
from services.chassis.consume.mend import Mended, Mending, NothingParked, StillMissing
from services.chassis.consume.parked import ParkedKey, parked_facts, parked_keys
from services.chassis.consume.upkeep import take_up_halfway
from services.chassis.work import Work
from tests.chassis.consume.stand import Room, Stand, a_fact, closed, lead, running

A = lead(1)


def mending(stand: Stand, room: Room, stream: Stream = LEADS) -> Mending:
    return Mending(stand.database, room.reads(stream), kafka=stand.kafka)


async def parked(stand: Stand, room: Room, *versions: int) -> Mending:
    """A reader has read these versions of one key."""
    await stand.say(a_fact(A, version) for version in versions)
    async with running(stand.reader(room)):
        await stand.read_to(len(versions))
    return mending(stand, room)


async def test_after_repair_retry_takes_the_key_where_it_would_have_been(stand: Stand) -> None:
    """`parked retry`, in order, through the ordinary handler. P7: the lead ends where it would have."""
    room = Room(poison={(A, 2)})
    mend = await parked(stand, room, 1, 2, 3, 4)
    room.poison.clear()
    assert await mend.retry(A) == Mended(applied=3, left=0)
    assert await stand.tally() == {A: [1, 2, 3, 4]}
    assert await stand.cursors() == {A: (4, False)}
    holds = await stand.rows("select parked from local_hold order by n")
    held_while_more_waits = [True, True]
    assert [row["parked"] for row in holds] == [True, *held_while_more_waits, False]
    with pytest.raises(NothingParked):
        await mend.retry(A)


async def left_halfway(stand: Stand, room: Room) -> None:
    """Versions 1 to 4, the second poison; its repair is killed within the third."""
    mend = await parked(stand, room, 1, 2, 3, 4)
    room.poison.clear()

    async def killed(_: Work) -> None:
        if room.batches[-1] == [(A, 3)]:
            raise asyncio.CancelledError

    room.after = killed
    with pytest.raises(asyncio.CancelledError):
        await mend.retry(A)
    room.after = None
    assert await stand.cursors() == {A: (2, True)}
    assert [key.why for key in await keys_of(stand)] == ["waits"]


async def keys_of(stand: Stand) -> list[ParkedKey]:
    async with stand.database.work("system:test") as work:
        return list(await parked_keys(work))


async def test_the_reader_goes_on_where_a_repair_was_left_halfway(stand: Stand) -> None:
    """Found by `during_retry_of_parked`: nothing more is said of the lead, so no new fact takes what waits along."""
    room = Room()
    await left_halfway(stand, Room(poison={(A, 2)}))
    async with running(stand.reader(room, stuck_after=0.2)), asyncio.timeout(20):
        while await stand.cursors() != {A: (4, False)}:
            await asyncio.sleep(0.05)
    assert await stand.tally() == {A: [1, 2, 3, 4]}
    assert await keys_of(stand) == []


async def test_what_fails_is_parked_again_and_what_was_parked_for_a_reason_is_left(stand: Stand) -> None:
    await left_halfway(stand, Room(poison={(A, 2)}))
    poison = Room(poison={(A, 4)})
    assert await take_up_halfway(stand.database, poison.reads()) == 1
    assert [key.why for key in await keys_of(stand)] == ["handler"]
    poison.poison.clear()
    assert await take_up_halfway(stand.database, poison.reads()) == 0
    assert await stand.cursors() == {A: (3, True)}


async def test_a_gap_and_a_paused_reader_are_left_as_they_are(stand: Stand) -> None:
    await left_halfway(stand, Room(poison={(A, 2)}))
    await stand.rows("update reader set state = 'paused'")
    assert await take_up_halfway(stand.database, Room().reads()) == 0
    await stand.rows("update reader set state = 'running'")
    await stand.rows("delete from parked where version = 3")
    assert await take_up_halfway(stand.database, Room().reads()) == 0
    assert await stand.cursors() == {A: (2, True)}


async def test_what_the_first_fact_of_a_parked_key_makes_is_held_in_the_same_work(stand: Stand) -> None:
    """P9: parked from its first fact on, a lead has no row to hold yet; no timer of it may fire while it is drained."""
    room = Room(poison={(A, 1), (A, 2)})
    mend = await parked(stand, room, 1, 2, 3)
    room.poison.remove((A, 1))
    assert (await mend.retry(A)).applied == 1
    assert await stand.tally() == {A: [1]}
    assert [row["parked"] for row in await stand.rows("select parked from local_hold order by n")] == [True, True]


async def test_a_retry_that_fails_again_counts_an_attempt_and_keeps_the_order(stand: Stand) -> None:
    """A permanent error while retrying: nothing is skipped, the attempt is counted."""
    mend = await parked(stand, Room(poison={(A, 3)}), 1, 2, 3, 4)
    assert await mend.retry(A) == Mended(applied=0, left=2, why="handler", error="ValueError")
    assert await stand.value("select attempts from parked where version = 3") == 1
    assert await stand.tally() == {A: [1, 2]}


async def test_retry_does_not_jump_a_gap(stand: Stand) -> None:
    mend = await parked(stand, Room(), 1, 3)
    assert await mend.retry(A) == Mended(applied=0, left=1, why="waits")
    assert await stand.cursors() == {A: (1, True)}


async def test_adopt_gives_up_the_missing_versions(stand: Stand) -> None:
    """`parked adopt`: the first parked version becomes the next one; later deliveries of the missing are repeats."""
    mend = await parked(stand, Room(), 1, 4, 5, 7)
    assert await mend.adopt(A) == Mended(applied=2, left=1, why="waits")
    assert await stand.tally() == {A: [1, 4, 5]}
    await stand.say([a_fact(A, 3), a_fact(A, 6)])
    async with running(stand.reader(Room())):
        await stand.read_to(6)
    assert await stand.tally() == {A: [1, 4, 5, 6, 7]}


async def test_drop_gives_up_the_first_parked_fact_and_only_that(stand: Stand) -> None:
    """`parked drop`: in order: only the fact that blocks its key."""
    mend = await parked(stand, Room(poison={(A, 2)}), 1, 2, 3)
    with pytest.raises(NothingParked):
        await mend.drop(A, 3)
    assert await mend.drop(A, 2) == Mended(applied=1, left=0)
    assert await stand.tally() == {A: [1, 3]}
    assert await stand.cursors() == {A: (3, False)}


async def test_nothing_is_dropped_before_what_comes_first_is_here(stand: Stand) -> None:
    """A late version 2 would be passed over as a repeat: an accepted lead would be lost. `adopt` gives up what is."""
    mend = await parked(stand, Room(poison={(A, 3)}), 1, 3)
    with pytest.raises(StillMissing):
        await mend.drop(A, 3)
    assert await stand.cursors() == {A: (1, True)}


async def test_dropping_the_only_parked_fact_frees_its_key(stand: Stand) -> None:
    mend = await parked(stand, Room(poison={(A, 2)}), 1, 2)
    assert await mend.drop(A, 2) == Mended(applied=0, left=0)
    assert await stand.cursors() == {A: (2, False)}
    assert (await stand.rows("select parked from local_hold order by n"))[-1]["parked"] is False


async def test_list_and_show_say_what_waits_and_never_a_value(stand: Stand) -> None:
    """`parked list | show`: why a key waits, which facts with which fields."""
    await stand.say([a_fact(A, 1), a_fact(A, 3, body=closed(A)), a_fact(lead(2), 1).with_body(b'{"lead": "x"}')])
    async with running(stand.reader(Room())):
        await stand.read_to(3)
    async with stand.database.work("operator:test") as work:
        listed = [(one.key, one.applied, one.facts, one.first, one.why, one.error) for one in await parked_keys(work)]
        shown = await parked_facts(work, "leads", A)
    assert sorted(listed) == [(A, 1, 1, 3, "gap", None), (lead(2), 0, 1, 1, "body", "ValidationError")]
    assert [(one.version, one.type, one.fields) for one in shown] == [
        (3, "baton.LeadClosed.v1", ("group", "lead", "partner", "reason", "site", "status", "study"))
    ]


async def test_a_body_that_may_not_be_kept_is_read_from_kafka_again(stand: Stand) -> None:
    """A staff fact whose body cannot be blanked is not kept; retry reads its record again, and still keeps none."""
    await stand.make_topic(NETWORK)
    room, ines = Room(), StaffDefined(staff="ines", label="Ines", sites=("eastmere",), roles=(StaffRole.COORDINATOR,))
    await stand.say([a_fact("staff/ines", 1, body=ines).with_body(b'{"email": "ines@eastmere.exa')], NETWORK)
    async with running(stand.reader(room, NETWORK)):
        await stand.read_to(1)
    assert await stand.value("select body from parked") is None
    mended = await mending(stand, room, NETWORK).retry("staff/ines")
    assert (mended.why, mended.error) == ("body", "ValidationError")
    assert await stand.value("select body from parked") is None
