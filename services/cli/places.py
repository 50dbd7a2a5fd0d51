"""A service's own database, opened for one verb and closed after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.streams import Stream
    from services.chassis.database import Database
    from services.chassis.settings import Settings


@asynccontextmanager
async def database_of(service: str, settings: "Settings") -> AsyncIterator["Database"]:
    """The database as the service's own role: a verb may do what the service may do, and no more."""
    from services.chassis.database import Database
    from services.chassis.process.world import engine_url

    database = Database.open(engine_url(settings.service_url(service)), service=service, pool_size=2)
    try:
        yield database
    finally:
        await database.close()


def stream_named(name: str) -> "Stream":
    """The stream of that name; raises `Fault` for none."""
    from contracts.streams import STREAMS
    from services.cli.errors import Fault

    if name not in STREAMS:
        raise Fault(f"there is no stream {name!r}; there are {', '.join(STREAMS)}")
    return STREAMS[name]
