"""The plain case and its repetitions, on real Kafka and PostgreSQL (delivery.md, "Reading" 2 and 4)."""

from itertools import pairwise

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.streams import LEADS
from services.chassis.consume.lag import lag
from services.chassis.telemetry import metrics
from services.chassis.work import Work
from tests.chassis.consume.stand import Room, Stand, a_fact, lead, running

TEN = [a_fact(lead(n), v, partition=n % 3) for v in (1, 2) for n in range(5)]
DONE = {lead(n): [1, 2] for n in range(5)}


async def test_rows_cursors_and_position_are_there_together(stand: Stand) -> None:
    """4: its rows, the cursors and position(reader, topic, partition, next_offset) commit together."""
    await stand.say(TEN)
    async with running(stand.reader(Room())):
        await stand.read_to(10)
    assert await stand.tally() == DONE
    assert await stand.cursors() == {lead(n): (2, False) for n in range(5)}
    rows = await stand.rows("select partition, next_offset from reader_position where next_offset > 0 order by 1")
    assert [tuple(row) for row in rows] == [(0, 4), (1, 4), (2, 2)]
    assert await lag(stand.database, stand.kafka, stand.namespace, [LEADS]) == {"leads": dict.fromkeys(range(12), 0)}


async def test_what_is_rolled_back_moves_nothing(stand: Stand) -> None:
    """4: a rolled back poll leaves neither rows, nor cursors, nor a position; the same poll comes again."""
    seen: list[tuple[int, int]] = []

    async def fail_once(work: Work) -> None:
        seen.append((len(await stand.tally()), await stand.position()))
        if len(seen) == 1:
            raise ConnectionError("once")

    await stand.say(TEN)
    async with running(stand.reader(Room(before=fail_once))):
        await stand.read_to(10)
    assert seen[:2] == [(0, 0), (0, 0)]
    assert await stand.tally() == DONE


async def test_a_batch_of_500_costs_as_many_statements_as_one_of_1(stand: Stand) -> None:
    """4: a constant number: begun, cursors locked; two of this room; cursors and position written."""
    counted: list[float] = []

    async def count(_: Work) -> None:
        counted.append(metrics.STATEMENTS.value(service="proof"))

    room = Room(before=count)
    await stand.say(a_fact(lead(n), 1) for n in range(500))
    with metrics.fresh():
        metrics.allow("service", "proof")
        async with running(stand.reader(room)):
            for total in (500, 501):
                await stand.read_to(total)
                counted.append(metrics.STATEMENTS.value(service="proof"))
                await stand.say([a_fact(lead(total), 1)])
    assert [len(batch) for batch in room.batches][:2] == [500, 1]
    assert [after - before for before, after in pairwise(counted)][:3] == [3, 2, 3]


async def test_what_is_delivered_again_has_no_effect(stand: Stand) -> None:
    """2: lower is a repeat: the same facts said twice on the topic, in the same poll and in a later one."""
    room = Room()
    await stand.say([*TEN, *TEN])
    async with running(stand.reader(room)):
        await stand.read_to(20)
        await stand.say(TEN)
        await stand.read_to(30)
    assert await stand.tally() == DONE


async def test_replaying_the_whole_topic_twice_changes_nothing(stand: Stand) -> None:
    """P6: positions set back to the start, twice: the same rows, the same cursors, nothing parked."""
    await stand.say(TEN)
    for _ in range(3):
        async with running(stand.reader(Room())):
            await stand.read_to(10)
        before = (await stand.tally(), await stand.cursors())
        assert before == (DONE, {lead(n): (2, False) for n in range(5)})
        await stand.rows("update reader_position set next_offset = 0")
    assert await stand.parked() == []


async def test_kafkas_own_offsets_are_not_looked_at(stand: Stand) -> None:
    """4: on assignment the reader seeks to `position`, whatever the group has committed."""
    await stand.say(a_fact(lead(n), 1) for n in range(8))
    place, reader = TopicPartition(LEADS.topic(stand.namespace), 0), stand.reader(Room())
    other = AIOKafkaConsumer(bootstrap_servers=stand.kafka, group_id=reader.group, enable_auto_commit=False)
    await other.start()
    other.assign([place])
    await other.commit({place: 6})
    await other.stop()
    await stand.rows("insert into reader_position values ($1, 0, 3)", place.topic)
    async with running(reader):
        await stand.read_to(8)
    assert sorted(await stand.tally()) == [lead(n) for n in range(3, 8)]


async def test_kafka_is_told_the_position_for_dashboards(stand: Stand) -> None:
    """4: the Kafka commit is {tp: offset + 1}."""
    await stand.say(TEN)
    reader = stand.reader(Room())
    async with running(reader):
        await stand.read_to(10)
    looker = AIOKafkaConsumer(bootstrap_servers=stand.kafka, group_id=reader.group, enable_auto_commit=False)
    await looker.start()
    told = [await looker.committed(TopicPartition(reader.topic, partition)) for partition in range(3)]
    await looker.stop()
    assert told == [4, 4, 2]
