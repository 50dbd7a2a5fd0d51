"""Kafka and PostgreSQL of a run, asked past every proxy over connections kept open: a look costs milliseconds."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final, Self

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.streams import STREAMS
from services.chassis.strays import no_strays
from tests.faults.world import World

SERVER_NAMES: Final = ("kafka", "postgres")

PATIENCE: Final = 2.0
"""Seconds a server has for an answer, unless more is given; then it is away."""

_AWAY: Final = ("08", "53", "57")
"""Classes of SQLSTATE: no connection, no room, shutting down or starting up."""

Place = tuple[str, int]
"""Stream name and partition."""


class Away(Exception):
    """A server did not answer in time, or at all; the text says which."""


class Servers:
    """Both servers as the administrator sees them. One question at a time to each; a broken connection is made anew."""

    def __init__(self, world: World, patience: float = PATIENCE) -> None:
        self._world = world
        self._patience = patience
        self._named = {stream.topic(world.namespace): stream.name for stream in STREAMS.values()}
        self._places = [
            TopicPartition(s.topic(world.namespace), p) for s in STREAMS.values() for p in range(s.partitions)
        ]
        self._database: asyncpg.Connection[asyncpg.Record] | None = None
        self._kafka: AIOKafkaConsumer | None = None
        self._asking_database = asyncio.Lock()
        self._asking_kafka = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hang_up()
        await self._leave_kafka()

    def stream_of(self, topic: str) -> str:
        """The stream a topic of this run carries."""
        return self._named[topic]

    async def rows(self, sql: str, *args: object) -> list[Mapping[str, Any]]:
        """Rows of a statement. Raises Away when PostgreSQL does not answer."""
        async with self._asking_database:
            try:
                with no_strays():
                    async with asyncio.timeout(self._patience):
                        return [dict(row) for row in await (await self._connection()).fetch(sql, *args)]
            except asyncpg.PostgresError as error:
                self._hang_up()
                if (error.sqlstate or "")[:2] in _AWAY:
                    raise Away("postgres") from error
                raise
            except Exception as error:  # killed in the middle of a word, it makes asyncpg raise what is in no list
                self._hang_up()
                raise Away("postgres") from error

    async def ends(self) -> dict[Place, int]:
        """The end of every partition of every stream. Raises Away when Kafka does not answer."""
        async with self._asking_kafka:
            try:
                with no_strays():
                    async with asyncio.timeout(self._patience):
                        found = await (await self._consumer()).end_offsets(self._places)
            except Exception as error:  # aiokafka raises its own and the socket's; whatever it is, it is no answer
                await self._leave_kafka()
                raise Away("kafka") from error
        return {(self._named[at.topic], at.partition): end for at, end in found.items()}

    async def _connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._database is None or self._database.is_closed():
            url = self._world.administrator.replace("+asyncpg", "")
            told = {"application_name": "faults-looks", "jit": "off"}
            self._database = await asyncpg.connect(url, timeout=self._patience, server_settings=told)
        return self._database

    async def _consumer(self) -> AIOKafkaConsumer:
        if self._kafka is None:
            made = AIOKafkaConsumer(bootstrap_servers=self._world.kafka, request_timeout_ms=int(self._patience * 1000))
            self._kafka = made
            await made.start()
        return self._kafka

    def _hang_up(self) -> None:
        """Cut, not closed: a frozen server would never answer."""
        if self._database is not None:
            self._database.terminate()
            self._database = None

    async def _leave_kafka(self) -> None:
        if self._kafka is not None:
            left, self._kafka = self._kafka, None
            with contextlib.suppress(Exception), no_strays():
                await asyncio.wait_for(left.stop(), 1)
