"""The door: FastAPI, a session a request, publish in the handler. `/plain` is the same without Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from faststream.kafka import KafkaBroker
from pydantic import BaseModel

from tests.bench.floor.__main__ import ids
from tests.bench.floor.wire import Wire
from tests.bench.sample import Sample
from tests.bench.textbook.told import Rows, Told


class Referral(BaseModel):
    """The partner's body."""

    route: str
    study: str
    material: str
    external_id: str
    disclosure_basis: dict[str, str]
    person: dict[str, str]
    permission: dict[str, Any]
    stated_interest: str


def build(told: Told, wire: Wire, rows: Rows, broker: KafkaBroker) -> FastAPI:
    """The app."""
    new = ids(1)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await rows.map("intake.referral")
        await broker.start()
        yield
        await broker.stop()

    app = FastAPI(lifespan=lifespan)

    @app.post("/referrals", status_code=202)
    async def refer(referral: Referral) -> dict[str, str]:
        lead = next(new)
        async with rows.session() as session:
            session.add_all(rows.of("intake.referral", lead))
            await session.commit()
        [row] = wire.rows("referrals", lead)
        await broker.publish(row.body, topic=told.topic("referrals"), key=row.key.encode())
        return {"lead": row.key, "status": "accepted"}

    @app.post("/plain", status_code=202)
    async def insert(referral: Referral) -> dict[str, str]:
        lead = next(new)
        async with rows.session() as session:
            session.add_all(rows.of("intake.referral", lead))
            await session.commit()
        return {"lead": str(lead), "status": "accepted"}

    return app


def run(told: Told) -> None:
    """Serve it."""
    broker = KafkaBroker(told.kafka, acks="all", enable_idempotence=True, logger=None)
    rows = Rows(told.engine(), Sample.load(Path(told.sample)))
    app = build(told, told.wire(), rows, broker)
    uvicorn.run(app, host="127.0.0.1", port=told.port, log_level="warning", access_log=False)
