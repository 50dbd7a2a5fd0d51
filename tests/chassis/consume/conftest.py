"""A stand for each test: its own topics, the test-only service's database, emptied."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import make_url

from deploy.local.addresses import Infrastructure
from services.chassis.database import Database
from services.chassis.migrate import migrate
from tests.chassis.consume.stand import EMPTIED, SERVICE, TABLES, Stand

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Proof:
    """The test-only service's database."""

    name: str
    url: str
    administrator: str


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))


@pytest.fixture(scope="session")
def proof(infra: Infrastructure) -> Iterator[Proof]:
    """A database with one schema, made by the chassis' own migrations, and the service's tables."""
    name = f"t{secrets.token_hex(5)}"
    own = make_url(infra.database_url).set(database=name)
    login = own.set(username=f"{name}_proof", password=secrets.token_hex(12)).render_as_string(False)
    made = Proof(name, login, own.render_as_string(False))

    async def make() -> None:
        admin = await _connect(infra.database_url)
        await admin.execute(f'create database "{name}"')
        await admin.close()
        await migrate(made.administrator, {SERVICE: login})
        admin = await _connect(made.administrator)
        await admin.execute(f"set search_path = {SERVICE}; " + ";".join(TABLES))
        await admin.execute(f'grant select, insert, update, delete on all tables in schema {SERVICE} to "{name}_proof"')
        await admin.close()

    async def drop() -> None:
        admin = await _connect(infra.database_url)
        await admin.execute(f'drop database if exists "{name}" with (force)')
        for role in (f"{name}_proof", f"{name}_proof_owner"):
            await admin.execute(f'drop role if exists "{role}"')
        await admin.close()

    asyncio.run(make())
    yield made
    asyncio.run(drop())


@pytest.fixture(scope="session")
async def producer(infra: Infrastructure) -> AsyncIterator[AIOKafkaProducer]:
    """One producer for all tests."""
    made = AIOKafkaProducer(bootstrap_servers=infra.kafka, acks="all", metadata_max_age_ms=5_000)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def stand(infra: Infrastructure, proof: Proof, producer: AIOKafkaProducer) -> AsyncIterator[Stand]:
    """Empty tables and a namespace of its own, with the topic of `leads`."""
    admin = await _connect(proof.administrator)
    await admin.execute(f"set search_path = {SERVICE}")
    await admin.execute(f"truncate {EMPTIED}")
    database = Database.open(proof.url, service=SERVICE)
    made = Stand(infra.kafka, f"{proof.name}-{next(_numbers)}", database, proof.url, admin, producer)
    await made.make_topic()
    yield made
    await made.drop_topics()
    await database.close()
    await admin.close()
