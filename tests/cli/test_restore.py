"""`baton restore`: after a restore every head stands where Kafka is, so no version is ever said twice."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from contracts.streams import STREAMS
from services.chassis.database import Database
from services.chassis.relay.relay import Relay
from services.chassis.work import Work
from tests.cli.conftest import Baton, InWork
from tests.cli.test_outbox import said
from tests.place import Place


def published(place: Place) -> None:
    """Everything in sla's outbox is on Kafka."""

    async def run() -> None:
        database, stop = Database.open(place.url("sla"), service="sla"), asyncio.Event()
        relay = Relay(database, place.kafka, place.namespace, [STREAMS["alerts"]])
        running = asyncio.create_task(relay.run(stop))
        async with asyncio.timeout(30):
            while await left(database):
                await asyncio.sleep(0.05)
        stop.set()
        await running
        await database.close()

    async def left(database: Database) -> int:
        async with database.work("system:test") as work:
            return int(await work.value("select count(*) from outbox where sent_at is null"))

    with suppress(TimeoutError):
        asyncio.run(run())


def heads(in_work: InWork, service: str = "sla") -> dict[str, int]:
    rows = in_work(service, lambda work: work.fetch("select key, version from head"))
    return {row["key"]: row["version"] for row in rows}


def test_heads_are_raised_to_what_kafka_has_and_never_lowered(
    baton: Baton, in_work: InWork, fresh_place: Place
) -> None:
    assert baton("topics").exit_code == 0
    lost, behind, ahead = (str(uuid4()) for _ in range(3))
    for lead, n in ((lost, 3), (behind, 5), (ahead, 2)):
        said(in_work, lead, n)
    published(fresh_place)

    async def yesterday(work: Work) -> None:
        await work.run("delete from head where key = $1", lost)
        await work.run("update head set version = 1 where key = $1", behind)
        await work.run("update head set version = 9 where key = $1", ahead)

    in_work("sla", yesterday)
    first, again = baton("restore", "sla"), baton("restore", "sla")
    told = "alerts: 10 records, 3 keys, 2 heads raised\n"
    named = f"alerts {lost}: is not in this copy (baton.DeadlineWarned.v1)\n"
    assert (first.exit_code, first.output) == (0, told + named)
    assert again.output == "alerts: 10 records, 3 keys, 0 heads raised\n"
    assert heads(in_work) == {lost: 3, behind: 5, ahead: 9}
    noted = in_work("sla", lambda work: work.fetch("select stream, key from raised_head order by key"))
    assert [tuple(row) for row in noted] == sorted([("alerts", lost), ("alerts", behind)], key=lambda row: row[1])


def test_heads_of_tokens_go_up_by_a_thousand_more(baton: Baton, in_work: InWork) -> None:
    assert baton("topics").exit_code == 0
    lead = str(uuid4())
    in_work("intake", lambda work: work.run("insert into head values ('tokens', $1, 4, baton_now())", lead))
    assert baton("restore", "intake").exit_code == 0
    assert heads(in_work, "intake") == {lead: 1004}


def test_it_is_refused_while_the_service_is_connected(baton: Baton, in_work: InWork, fresh_place: Place) -> None:
    assert baton("topics").exit_code == 0

    async def meanwhile(work: Work) -> str:
        await work.read_time()  # the first statement connects
        return (await asyncio.to_thread(baton, "restore", "sla")).output

    assert "stop every `baton serve` first" in in_work("sla", meanwhile)


def test_a_missing_topic_is_no_reason_to_believe_that_nothing_was_published(baton: Baton) -> None:
    result = baton("restore", "sla")
    assert (result.exit_code, "no such topic" in result.output) == (1, True)
