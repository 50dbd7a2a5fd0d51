"""Positions that do not fit what is on Kafka any more (delivery.md, "Reading" 4)."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from contracts.streams import LEADS
from tests.chassis.consume.pages import pages
from tests.chassis.consume.stand import Room, Stand, a_fact, lead, running, until

ELSEWHERE = "reading starts elsewhere than it stopped"


async def test_a_recreated_topic_is_read_from_its_start(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """4: a position beyond the partition's end pages and reads from the start: cursors make that safe."""
    await stand.say(a_fact(lead(n), 1) for n in range(6))
    async with running(stand.reader(Room())):
        await stand.read_to(6)
    await stand.make_topic(again=True)
    await stand.say([a_fact(lead(0), 1), a_fact(lead(0), 2)])
    async with running(stand.reader(Room())):
        await until(lambda: _has(stand, lead(0), [1, 2]))
        await until(lambda: _at(stand, 2))
    assert [(page["reason"], page["partition"]) for page in pages(caplog, ELSEWHERE)] == [("recreated", 0)]
    assert len(await stand.tally()) == 6


async def test_a_topic_recreated_under_a_running_reader_is_read(stand: Stand) -> None:
    """4: the same while the reader runs: Kafka moves it to the start, the reader finds that out and settles anew."""
    await stand.say(a_fact(lead(n), 1) for n in range(6))
    async with running(stand.reader(Room())):
        await stand.read_to(6)
        await stand.make_topic(again=True)
        await stand.say([a_fact(lead(0), 1), a_fact(lead(0), 2)])
        await until(lambda: _has(stand, lead(0), [1, 2]), 40)
        await until(lambda: _at(stand, 2))


async def test_records_that_expired_unread_page(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """4: a position before the partition's first record: facts are lost unread, somebody has to know."""
    await stand.say(a_fact(lead(n), 1) for n in range(6))
    await stand.rows("insert into reader values ('leads'); ")
    await stand.rows("insert into reader_position values ($1, 0, 1)", LEADS.topic(stand.namespace))
    await _expire(stand, 4)
    async with running(stand.reader(Room())):
        await stand.read_to(6)
    assert sorted(await stand.tally()) == [lead(4), lead(5)]
    assert [page["reason"] for page in pages(caplog, ELSEWHERE)] == ["expired"]


async def test_a_database_restored_under_a_running_reader_is_caught_up(stand: Stand) -> None:
    """Failures: positions are in the database: when it goes back to yesterday, the reader goes back with it."""
    await stand.say(a_fact(lead(n), 1) for n in range(6))
    async with running(stand.reader(Room())):
        await stand.read_to(6)
        await stand.admin.execute(
            "delete from tally; delete from heard_of; delete from reader_cursor;"
            "update reader_position set next_offset = 2 where partition = 0"
        )
        await stand.say([a_fact(lead(6), 1)])
        await until(lambda: _at(stand, 7))
    assert sorted(await stand.tally()) == [lead(n) for n in range(2, 7)]


async def test_a_reader_of_a_stream_whose_start_has_expired_adopts(stand: Stand) -> None:
    """Bootstrapping adopts a key's first seen version when the partition's start is above 0, and says when it ends."""
    await stand.say(a_fact(lead(1), version) for version in (1, 2, 3, 4))
    await _expire(stand, 2)
    await stand.say([a_fact(lead(1), 6), a_fact(lead(2), 2, partition=1)])
    async with running(stand.reader(Room())):
        await stand.read_to(6)
        state = await stand.value("select state from reader where stream = 'leads'")
    assert state == "bootstrapping"
    assert await stand.tally() == {lead(1): [3, 4]}  # 6 is a gap: only the first seen version is adopted
    assert await stand.parked() == [(lead(1), 6, "waits"), (lead(2), 2, "waits")]  # partition 1 begins at 0


async def _expire(stand: Stand, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stand.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(LEADS.topic(stand.namespace), 0): RecordsToDelete(before_offset=before)})
    await admin.close()


async def _has(stand: Stand, key: str, versions: list[int]) -> bool:
    return (await stand.tally()).get(key) == versions


async def _at(stand: Stand, offset: int) -> bool:
    return bool(await stand.value("select next_offset = $1 from reader_position where partition = 0", offset))
