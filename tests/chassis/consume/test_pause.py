"""The pause rule: more than 20 keys parked for permanent errors within 2,000 facts (delivery.md, "Reading")."""

import asyncio
from collections.abc import Iterable

import pytest

from services.chassis.consume.pause import resume
from tests.chassis.consume.stand import Raw, Room, Stand, a_fact, lead, running, until


def bad(numbers: Iterable[int]) -> list[Raw]:
    return [a_fact(lead(n), 1).with_body(b"{}") for n in numbers]


async def state(stand: Stand) -> str:
    return str(await stand.value("select state from reader where stream = 'leads'"))


async def is_paused(stand: Stand) -> bool:
    return await state(stand) == "paused"


async def test_21_bad_bodies_pause_the_reader_until_resume(stand: Stand) -> None:
    """The reader pauses until `baton parked resume`; what comes meanwhile stays unread, nothing is lost."""
    await stand.say(bad(range(21)))
    async with running(stand.reader(Room())) as reader:
        await until(lambda: is_paused(stand))
        await stand.say([a_fact(lead(50), 1)])
        await asyncio.sleep(0.5)
        assert await stand.tally() == {}
        assert reader.progress.waiting == "paused"
        async with stand.database.work("operator:test") as work:
            assert await resume(work, "leads")
        await stand.read_to(22)
    assert await stand.tally() == {lead(50): [1]}
    assert await state(stand) == "running"  # counting starts anew with resume
    assert len(await stand.parked()) == 21


async def test_21_failing_handlers_pause_it_in_the_middle(stand: Stand) -> None:
    """The same key by key: at the 21st it stops at once; after repair and resume the rest goes on."""
    room = Room(poison={(lead(n), 1) for n in range(30)})
    await stand.say(a_fact(lead(n), 1) for n in range(35))
    async with running(stand.reader(room)):
        await until(lambda: is_paused(stand))
        assert len(await stand.parked()) == 21
        assert await stand.position() == 0
        room.poison.clear()
        async with stand.database.work("operator:test") as work:
            await resume(work, "leads")
        await stand.read_to(35)
    assert sorted(await stand.tally()) == [lead(n) for n in range(21, 35)]


async def test_a_reader_paused_by_another_process_holds_its_poll(stand: Stand) -> None:
    """Counted and recorded in the database: every process of this reader holds, also after a restart."""
    await stand.rows("insert into reader (stream, state) values ('leads', 'paused')")
    await stand.say([a_fact(lead(1), 1)])
    for _ in range(2):
        async with running(stand.reader(Room())) as reader:
            await until(lambda r=reader: _waits(r.progress.waiting))  # type: ignore[misc]
    assert await stand.tally() == {}
    assert await stand.position() == 0


@pytest.mark.parametrize(
    "records",
    [
        bad(range(20)),
        [a_fact(lead(n), 2) for n in range(40)],
        [*bad(range(15)), *(a_fact(lead(99), v) for v in range(1, 2002)), *bad(range(20, 35))],
    ],
    ids=["20 keys", "gaps", "15 and 15, more than 2,000 facts apart"],
)
async def test_what_does_not_pause(stand: Stand, records: list[Raw]) -> None:
    """20 is not more than 20; gaps do not count, a paused reader could not heal them; 2,000 facts is the window."""
    await stand.say(records)
    async with running(stand.reader(Room())):
        await stand.read_to(len(records))
    assert await state(stand) == "running"


async def _waits(waiting: str | None) -> bool:
    return waiting == "paused"
