"""A namespace and a database of one repetition: migrated, with topics, by the real clock; taken away at the end."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy import make_url

from services.chassis.migrate import migrate
from services.chassis.topics import make_topics
from services.cli.demo_servers import drop_place, make_database
from tests.bench.servers import Servers, plain
from tests.place import SERVICES, Place

if TYPE_CHECKING:
    Admin = asyncpg.Connection[asyncpg.Record]
else:
    Admin = asyncpg.Connection  # its stubs know a parameter that the class does not have


@asynccontextmanager
async def a_place(servers: Servers) -> AsyncIterator[Place]:
    """Fresh and empty. Tests have a clock that can be moved, which every reading of time pays for: not here."""
    name = f"b{secrets.token_hex(5)}"
    own = make_url(await make_database(servers.administrator, name))
    urls = {
        service: own.set(username=f"{name}_{service}", password=secrets.token_hex(12)).render_as_string(False)
        for service in SERVICES
    }
    place = Place(name, servers.kafka, own.render_as_string(False), urls)
    try:
        await asyncio.gather(migrate(place.administrator, urls), make_topics(place.kafka, name))
        yield place
    finally:
        await drop_place(servers.administrator, servers.kafka, name)


@asynccontextmanager
async def admin_of(place: Place) -> AsyncIterator[Admin]:
    """A connection past every policy; statements name the schema."""
    connection = await asyncpg.connect(plain(place.administrator))
    try:
        yield connection
    finally:
        await connection.close()
