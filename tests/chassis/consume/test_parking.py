"""What cannot be applied stays with its key; everything else goes on (delivery.md, "Reading" 1-3, P7)."""

import pytest

from contracts.network.facts import StaffDefined
from contracts.streams import NETWORK
from contracts.vocabulary import StaffRole
from services.chassis.consume.upkeep import look_after
from tests.chassis.consume.pages import pages
from tests.chassis.consume.stand import Room, Stand, a_fact, a_sponsor, closed, lead, running

A, B = lead(1), lead(2)
PAGED = "key parked for an error that time does not mend"


async def test_a_body_that_does_not_fit_parks_its_key_and_no_other(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    """1: headers give stream, key and version but the body is bad: park the key. P7: others in its partition go on."""
    bad = a_fact(A, 1).with_body(b'{"lead": 7, "study": "secret"}')
    await stand.say([bad, a_fact(B, 1), a_fact(A, 2), a_fact(B, 2), a_fact(B, 3).with_body(None)])
    async with running(stand.reader(Room())):
        await stand.read_to(5)
    assert await stand.tally() == {B: [1, 2]}
    assert await stand.parked() == [(A, 1, "body"), (A, 2, "waits"), (B, 3, "body")]
    assert await stand.cursors() == {A: (0, True), B: (2, True)}
    assert [(page["key"], page["error"]) for page in pages(caplog, PAGED)] == [
        (A, "ValidationError"),
        (B, "ValidationError"),
    ]
    assert "secret" not in caplog.text


async def test_a_fact_whose_handler_fails_parks_its_key_and_no_other(stand: Stand) -> None:
    """4: a permanent error: the poll again key by key, each with its cursor, parks the one that fails. P7."""
    room = Room(poison={(A, 2)})
    await stand.say(a_fact(key, version) for version in (1, 2, 3) for key in (A, B))
    async with running(stand.reader(room)):
        await stand.read_to(6)
        await stand.say([a_fact(A, 4), a_fact(B, 4)])
        await stand.read_to(8)
    assert await stand.tally() == {A: [1], B: [1, 2, 3, 4]}
    assert await stand.parked() == [(A, 2, "handler"), (A, 3, "waits"), (A, 4, "waits")]
    assert await stand.value("select error from parked where version = 2") == "ValueError"


async def test_a_type_nobody_here_knows_parks_its_key_unless_it_may_be_ignored(stand: Stand) -> None:
    """1, evolution: an unknown type advances the cursor only if ce_ignorable is true, else its key is parked."""
    unheard = [a_fact(key, 1).saying("ce_type", b"baton.LeadSangASong.v1") for key in (A, B)]
    await stand.say([unheard[0], unheard[1].saying("ce_ignorable", b"true"), a_fact(A, 2), a_fact(B, 2)])
    async with running(stand.reader(Room())):
        await stand.read_to(4)
    assert await stand.tally() == {B: [2]}
    assert await stand.cursors() == {A: (0, True), B: (2, False)}
    assert await stand.parked() == [(A, 1, "type"), (A, 2, "waits")]


async def test_an_added_field_and_an_unknown_value_are_read(stand: Stand) -> None:
    """Evolution: a newer writer's added field is not looked at, its new value of a closed list is OTHER."""
    await stand.say([a_fact(A, 1).adding(mood="brisk"), a_fact(A, 2).adding(result="clairvoyance")])
    async with running(stand.reader(Room())):
        await stand.read_to(2)
    assert await stand.tally() == {A: [1, 2]}


async def test_a_gap_heals_when_the_missing_version_comes(stand: Stand) -> None:
    """3: higher is a gap, its key is parked; the missing one comes, the parked ones drain in the same transaction."""
    room = Room()
    await stand.say([a_fact(A, 1), a_fact(A, 4), a_fact(A, 3), a_fact(B, 1)])
    async with running(stand.reader(room)):
        await stand.read_to(4)
        assert await stand.tally() == {A: [1], B: [1]}
        assert await stand.parked() == [(A, 3, "waits"), (A, 4, "waits")]
        await stand.say([a_fact(A, 2)])
        await stand.read_to(5)
    assert await stand.tally() == {A: [1, 2, 3, 4], B: [1]}
    assert room.batches[-1] == [(A, 2), (A, 3), (A, 4)]
    assert await stand.cursors() == {A: (4, False), B: (1, False)}
    assert await stand.parked() == []


async def test_a_parked_fact_that_fails_while_a_gap_heals_parks_the_key_there(stand: Stand) -> None:
    """3 and 4 together: what came before the failing one is applied, it and what follows stay parked."""
    await stand.say([a_fact(A, 2), a_fact(A, 3), a_fact(A, 4), a_fact(B, 1), a_fact(A, 1)])
    async with running(stand.reader(Room(poison={(A, 3)}))):
        await stand.read_to(5)
    assert await stand.tally() == {A: [1, 2], B: [1]}
    assert await stand.cursors() == {A: (2, True), B: (1, False)}
    assert await stand.parked() == [(A, 3, "handler"), (A, 4, "waits")]


async def test_a_repeat_of_a_parked_key_is_a_repeat(stand: Stand) -> None:
    """2: lower is a repeat, skip, also when parked; what is parked already is not parked twice."""
    await stand.say([a_fact(A, 1), a_fact(A, 3), a_fact(A, 1), a_fact(A, 3)])
    async with running(stand.reader(Room())):
        await stand.read_to(4)
    assert await stand.tally() == {A: [1]}
    assert await stand.parked() == [(A, 3, "waits")]
    assert await stand.value("select attempts from parked") == 0


async def test_the_same_version_with_another_id_pages(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """2: the same version with another id pages, and has no effect."""
    await stand.say([a_fact(A, 1), a_fact(A, 1, again=1), a_fact(A, 2)])
    async with running(stand.reader(Room())):
        await stand.read_to(3)
    assert await stand.tally() == {A: [1, 2]}
    paged = pages(caplog, "one version has two events")
    assert [(page["key"], page["version"]) for page in paged] == [(A, 1)]


async def test_on_latest_streams_any_higher_version_is_due(stand: Stand) -> None:
    """2: `latest`: any higher is due, lower is a repeat."""
    await stand.make_topic(NETWORK)
    await stand.say([a_sponsor("birch", v) for v in (2, 5, 3, 9)], NETWORK)
    async with running(stand.reader(Room(), NETWORK)):
        await stand.read_to(4)
    assert await stand.tally() == {"sponsor/birch": [2, 5, 9]}
    assert await stand.cursors() == {"sponsor/birch": (9, False)}


async def test_on_latest_streams_a_newer_fact_replaces_what_is_parked(stand: Stand) -> None:
    """2: a newer one replaces what is parked for its key and is tried at once."""
    await stand.make_topic(NETWORK)
    room = Room(poison={("sponsor/birch", 2)})
    bad = a_sponsor("birch", 3).with_body(b"[]")
    async with running(stand.reader(room, NETWORK)):
        await stand.say([a_sponsor("birch", 1), a_sponsor("birch", 2)], NETWORK)
        await stand.read_to(2)
        assert await stand.parked() == [("sponsor/birch", 2, "handler")]
        await stand.say([bad], NETWORK)
        await stand.read_to(3)
        assert await stand.parked() == [("sponsor/birch", 3, "body")]
        await stand.say([a_sponsor("birch", 4)], NETWORK)
        await stand.read_to(4)
    assert await stand.tally() == {"sponsor/birch": [1, 4]}
    assert await stand.parked() == []
    assert [row["parked"] for row in await stand.rows("select parked from local_hold order by n")] == [True, False]


async def test_a_stop_that_is_being_parked_is_heard_at_once_and_never_as_a_repeat(stand: Stand) -> None:
    """3: a fact that stops, while it is being parked and never when it is a repeat, goes through on_stop at once."""
    await stand.say([a_fact(A, 1), a_fact(A, 3, body=closed(A)), a_fact(B, 1, body=closed(B))])
    async with running(stand.reader(Room())):
        await stand.read_to(3)
        assert [tuple(row) for row in await stand.rows("select * from stopped")] == [(A, 3)]
        assert (await stand.cursors())[A] == (1, True)  # it moves neither cursor nor status
        await stand.say([a_fact(A, 3, body=closed(A)), a_fact(A, 2)])
        await stand.read_to(5)
        await stand.say([a_fact(A, 3, body=closed(A))])
        await stand.read_to(6)
    assert await stand.tally() == {A: [1, 2, 3], B: [1]}  # the later drain runs the ordinary handler over it
    assert len(await stand.rows("select * from stopped")) == 1


async def test_a_stop_that_itself_fails_still_takes_away(stand: Stand) -> None:
    """3: the failing fact is the one that stops: on_stop runs as it is parked, and what follows waits."""
    await stand.say([a_fact(A, 1), a_fact(A, 2, body=closed(A)), a_fact(A, 3)])
    async with running(stand.reader(Room(poison={(A, 2)}))):
        await stand.read_to(3)
    assert [tuple(row) for row in await stand.rows("select * from stopped")] == [(A, 2)]
    assert await stand.parked() == [(A, 2, "handler"), (A, 3, "waits")]


async def test_rooms_are_told_which_keys_are_parked_and_healed(stand: Stand) -> None:
    """3: what parking holds is local: the rooms hear of it once, in the same transactions."""
    await stand.say([a_fact(A, 2), a_fact(A, 3)])
    async with running(stand.reader(Room())):
        await stand.read_to(2)
        await stand.say([a_fact(A, 1)])
        await stand.read_to(3)
    rows = await stand.rows("select key, parked from local_hold order by n")
    assert [tuple(row) for row in rows] == [(A, True), (A, False)]


async def test_a_hook_that_fails_does_not_hold_the_partition(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """P7: even where on_stop fails for good, its key is parked, somebody is paged, others go on."""
    await stand.say([a_fact(A, 2, body=closed(A)), a_fact(B, 1)])
    async with running(stand.reader(Room(stop_fails=True))):
        await stand.read_to(2)
    assert await stand.tally() == {B: [1]}
    assert [row[:2] for row in await stand.parked()] == [(A, 2)]
    assert len(pages(caplog, "a room could not take away what a parked fact stops")) == 1


async def test_staff_addresses_are_not_kept_parked(stand: Stand) -> None:
    """Reading, restore: parked rows keep bodies as received, fields of class staff_address are blanked."""
    await stand.make_topic(NETWORK)
    ines = StaffDefined(
        staff="ines", label="Ines", sites=("eastmere",), roles=(StaffRole.COORDINATOR,), email="ines@eastmere.example"
    )
    said = [a_fact("staff/ines", 1, body=ines), a_fact("staff/ines", 2, body=ines, partition=1)]
    await stand.say([said[0], said[1].saying("ce_type", b"baton.StaffDefined.v9")], NETWORK)
    async with running(stand.reader(Room(poison={("staff/ines", 1)}), NETWORK)):
        await stand.read_to(2)
    kept = await stand.rows("select version, convert_from(body, 'UTF8') as body from parked order by version")
    assert kept
    assert all("eastmere.example" not in (row["body"] or "") for row in kept)


async def test_a_gap_older_than_60_s_pages(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """3: after 60 s somebody is paged, once a round, with the first version that waits."""
    await stand.say([a_fact(A, 1), a_fact(A, 3), a_fact(B, 2), a_fact(B, 1)])
    async with running(stand.reader(Room())):
        await stand.read_to(4)
    for age, paged in (("59 s", 0), ("61 s", 1)):
        await stand.rows("update parked set parked_at = clock_timestamp() - $1::text::interval", age)
        await look_after(stand.database, "leads", "none", {})
        assert len(pages(caplog, "a gap stays open")) == paged
