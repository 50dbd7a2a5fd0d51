"""Routing, sla and reporting: a subscriber each."""

import asyncio
from pathlib import Path
from uuid import UUID

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from tests.bench.sample import Sample
from tests.bench.textbook.told import Rows, Told

COUNTED = {"study": "gorse", "measure": "movement", "site": "gorse-1", "partner": "quarrel", "week": "2026-01-05"}


async def routing(told: Told, broker: KafkaBroker, rows: Rows) -> None:
    """Lead, tokens, owner's counter; says the lead."""
    await rows.map("routing.lead", "routing.match_token", "routing.staff_load")
    wire, load = told.wire(), rows.mapped("routing.staff_load")

    @broker.subscriber(
        told.topic("referrals"), group_id=f"{told.namespace}.routing", auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
    )  # fmt: skip
    async def on_referral(body: dict[str, object], message: KafkaMessage) -> None:
        lead = UUID(str(body["lead"]))
        async with rows.session() as session:
            session.add_all(rows.of("routing.lead", lead))
            session.add_all(rows.of("routing.match_token", lead, wire.tokens(lead)))
            staff = f"staff-{lead.int % 96 + 1}"
            await session.execute(
                update(load).where(load.staff == staff).values(open=load.open + 1, turn=load.turn + 1)
            )
            await session.commit()
        [row] = wire.rows("leads", lead)
        await broker.publish(row.body, topic=told.topic("leads"), key=row.key.encode())
        await message.ack()


async def sla(told: Told, broker: KafkaBroker, rows: Rows) -> None:
    """A timer a lead."""
    await rows.map("sla.timer")

    @broker.subscriber(
        told.topic("leads"), group_id=f"{told.namespace}.sla", auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
    )  # fmt: skip
    async def on_lead(body: dict[str, object], message: KafkaMessage) -> None:
        async with rows.session() as session:
            session.add_all(rows.of("sla.timer", UUID(str(body["lead"]))))
            await session.commit()
        await message.ack()


async def reporting(told: Told, broker: KafkaBroker, rows: Rows) -> None:
    """An upsert a fact."""
    from datetime import date

    await rows.map("reporting.tally")
    tally = rows.mapped("reporting.tally")
    cell = {**COUNTED, "week": date.fromisoformat(COUNTED["week"]), "word": "owned", "n": 1}

    @broker.subscriber(
        told.topic("leads"), group_id=f"{told.namespace}.reporting", auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
    )  # fmt: skip
    async def on_lead(body: dict[str, object], message: KafkaMessage) -> None:
        async with rows.session() as session:
            added = insert(tally).values(cell)
            key = ["study", "measure", "site", "partner", "week", "word"]
            await session.execute(added.on_conflict_do_update(index_elements=key, set_={"n": tally.n + 1}))
            await session.commit()
        await message.ack()


READERS = {"routing": routing, "sla": sla, "reporting": reporting}


def run(told: Told) -> None:
    """One service, until it is told to stop."""

    async def serve() -> None:
        broker = KafkaBroker(told.kafka, acks="all", enable_idempotence=True, logger=None)
        await READERS[told.service](told, broker, Rows(told.engine(), Sample.load(Path(told.sample))))
        await FastStream(broker).run()

    asyncio.run(serve())
