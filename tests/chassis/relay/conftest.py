"""A stand for one test: topics of its own, the service's outbox emptied."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from contracts.streams import WATERMARKS
from services.chassis.database import Database
from services.chassis.topics import make_topics
from tests.chassis.relay.stand import Stand, drop_topics
from tests.place import Place

Stands = Callable[..., Awaitable[Stand]]
"""service, `topics=` -> Stand"""


@pytest.fixture
async def stand_of(place: Place) -> AsyncIterator[Stands]:
    """`await stand_of("intake")`."""
    async with AsyncExitStack() as stack:

        async def make(service: str, *, topics: bool = True) -> Stand:
            url = make_url(place.administrator).set(drivername="postgresql")
            admin = await asyncpg.connect(url.render_as_string(False), server_settings={"search_path": service})
            stack.push_async_callback(admin.close)
            await admin.execute(
                "truncate outbox, head, relay_member; update relay_lease set owner = null, until = null;"
                "update test_clock set ahead = '0'"
            )
            database = Database.open(place.url(service), service=service)
            stack.push_async_callback(database.close)
            stand = Stand(place, service, f"{place.namespace}-{uuid4().hex[:8]}", database, admin)
            if topics:
                await make_topics(place.kafka, stand.namespace, streams=[*stand.streams, WATERMARKS])
                stack.push_async_callback(drop_topics, stand)
            return stand

        yield make


@pytest.fixture
async def stand(stand_of: Stands) -> Stand:
    """The sla service's: one stream, `alerts`."""
    return await stand_of("sla")


@pytest.fixture
async def bare(stand_of: Stands) -> Stand:
    """The sla service's without topics: its tables are all that is looked at."""
    return await stand_of("sla", topics=False)


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address where nobody listens, and nobody else can begin to."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{reserved.getsockname()[1]}"


@pytest.fixture
async def deaf_port() -> AsyncIterator[str]:
    """An address that takes connections and never says anything: a frozen broker."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(16)
        yield f"127.0.0.1:{deaf.getsockname()[1]}"
