"""Records whose headers do not say what they are (delivery.md, "Reading" 1)."""

import hashlib

import pytest

from contracts.streams import LEADS
from services.chassis.consume.decode import Spot
from services.chassis.consume.mend import Mending, StillUnreadable
from tests.chassis.consume.pages import pages
from tests.chassis.consume.stand import Raw, Room, Stand, a_fact, lead, running

A, B = lead(1), lead(2)
GOOD = a_fact(A, 1)


@pytest.mark.parametrize(
    "broken",
    [
        GOOD.saying("ce_subject", b"\xff\xfe"),
        GOOD.without("ce_keyversion"),
        GOOD.saying("ce_keyversion", b"0"),
        GOOD.saying("ce_id", b"not-a-uuid"),
        GOOD.saying("ce_istest", b"maybe"),
        Raw(A, [], b"secret"),
    ],
    ids=["not UTF-8", "missing", "version 0", "no uuid", "no flag", "no headers"],
)
async def test_unreadable_headers_are_noted_without_bytes_and_reading_goes_on(
    stand: Stand, broken: Raw, caplog: pytest.LogCaptureFixture
) -> None:
    """1: unreadable(topic, partition, offset, error class, sha256) without bytes, page, go on."""
    await stand.say([a_fact(B, 1), broken, a_fact(B, 2)])
    async with running(stand.reader(Room())):
        await stand.read_to(3)
    assert await stand.tally() == {B: [1, 2]}
    rows = await stand.rows('select topic, partition, "offset", sha256 from unreadable')
    sha256 = hashlib.sha256(broken.body or b"").hexdigest()
    assert [tuple(row) for row in rows] == [(LEADS.topic(stand.namespace), 0, 1, sha256)]
    assert len(pages(caplog, "a record cannot be read")) == 1
    assert await stand.parked() == []


async def test_reading_an_unreadable_offset_again_applies_it_the_ordinary_way(stand: Stand) -> None:
    """1: `baton unreadable retry` reads that offset again through the ordinary handler."""
    room = Room()
    await stand.say([GOOD, a_fact(A, 2)])
    topic = LEADS.topic(stand.namespace)
    await stand.rows("insert into reader values ('leads')")
    await stand.rows("insert into reader_position values ($1, 0, 1)", topic)
    await stand.rows("insert into unreadable values ($1, 0, 0, 'KeyError', 'x')", topic)  # today's code can read it
    async with running(stand.reader(room)):
        await stand.read_to(2)
        assert await stand.parked() == [(A, 2, "waits")]
        mending = Mending(stand.database, room.reads(), kafka=stand.kafka)
        await mending.read_unreadable(Spot(topic, 0, 0))
    assert await stand.tally() == {A: [1, 2]}
    assert await stand.parked() == []
    assert await stand.rows("select * from unreadable") == []


async def test_an_offset_that_stays_unreadable_stays_noted(stand: Stand) -> None:
    """1: nothing is forgotten because somebody tried."""
    room = Room()
    await stand.say([GOOD.without("ce_id")])
    async with running(stand.reader(room)):
        await stand.read_to(1)
    mending = Mending(stand.database, room.reads(), kafka=stand.kafka)
    with pytest.raises(StillUnreadable):
        await mending.read_unreadable(Spot(LEADS.topic(stand.namespace), 0, 0))
    assert len(await stand.rows("select * from unreadable")) == 1
