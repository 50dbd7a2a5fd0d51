"""Servers that many short runs share: each run has a namespace of its own and a database copied from a migrated one."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import URL, make_url

from deploy.local.addresses import Infrastructure
from deploy.local.choose import given_addresses
from deploy.local.places import cache_folder
from deploy.local.stack import LocalStack
from services.chassis.migrate import migrate
from services.chassis.topics import make_topics
from tests.faults.stand.forked import Nursery, nursery
from tests.faults.world import SERVICES

_CONNECTIONS = 300


@dataclass(frozen=True)
class Plot:
    """One run's own part of the ground."""

    namespace: str
    kafka: str
    administrator: str
    databases: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Ground:
    """Kafka, PostgreSQL, and login roles that every database here is made for."""

    servers: Infrastructure
    nursery: Nursery
    name: str
    secrets: dict[str, str] = field(repr=False)
    """service -> its login role's"""

    def url(self, database: str, service: str | None = None) -> str:
        """A database as the administrator or as a service's own role."""
        url: URL = make_url(self.servers.database_url).set(database=database)
        if service is not None:
            url = url.set(username=f"{self.name}_{service}", password=self.secrets[service])
        return url.render_as_string(hide_password=False)

    @asynccontextmanager
    async def plot(self) -> AsyncIterator[Plot]:
        """A copy of the migrated database and topics of its own; taken away at the end."""
        namespace = f"f{secrets.token_hex(4)}"
        copied = self.run(f'create database "{namespace}" template "{self.name}"')
        await asyncio.gather(copied, make_topics(self.servers.kafka, namespace))
        try:
            databases = {service: self.url(namespace, service) for service in SERVICES}
            yield Plot(namespace, self.servers.kafka, self.url(namespace), databases)
        finally:
            await asyncio.gather(
                self.run(f'drop database if exists "{namespace}" with (force)'),
                _delete_topics(self.servers.kafka, namespace),
            )

    async def leave(self) -> None:
        """Take the copied database and its roles away."""
        roles = [f"{self.name}_{service}{end}" for service in SERVICES for end in ("", "_owner")]
        await self.run(
            f'drop database if exists "{self.name}" with (force)', *(f'drop role if exists "{role}"' for role in roles)
        )

    async def run(self, *statements: str) -> None:
        """As the administrator, one after the other."""
        connection = await asyncpg.connect(self.servers.database_url.replace("+asyncpg", ""))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def ground(folder: Path, *, servers: Infrastructure | None = None, own: bool = False) -> AsyncIterator[Ground]:
    """On these servers, or those the environment names, or (`own`: always) a pair of our own in `folder`.

    Main thread only: what is started here ends with the thread that started it.
    """
    async with AsyncExitStack() as ending:
        born = await ending.enter_async_context(nursery(folder / "nursery.log"))
        given = servers or (None if own else given_addresses(os.environ))
        if given is None:
            given = _started(folder, ending).infrastructure
        made = Ground(given, born, f"g{secrets.token_hex(4)}", {name: secrets.token_hex(12) for name in SERVICES})
        ending.push_async_callback(made.leave)
        await made.run(f'create database "{made.name}"')
        await migrate(made.url(made.name), {service: made.url(made.name, service) for service in SERVICES})
        yield made


def _started(folder: Path, ending: AsyncExitStack) -> LocalStack:
    """Waits for them with the loop standing still: nothing else is under way yet."""
    stack = LocalStack(folder, cache=_cache(), max_connections=_CONNECTIONS)
    stack.start()
    ending.callback(stack.stop)
    return stack


async def _delete_topics(kafka: str, namespace: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        topics = [topic for topic in await admin.list_topics() if topic.startswith(f"{namespace}.")]
        if topics:
            await admin.delete_topics(topics)
    finally:
        await admin.close()


def _cache() -> Path:
    return cache_folder(os.environ, Path(".baton").absolute())
