"""Does a dependency answer? Asked over a connection of its own, never over one that may be the fault (P13)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
from aiokafka.client import AIOKafkaClient

from services.chassis.strays import no_strays
from services.chassis.topics import check_topics

Probe = Callable[[], Awaitable[bool]]

_WITHIN: Final = 4.0
_CLOSE: Final = 0.5


def postgres_probe(url: str, *, within: float = _WITHIN) -> Probe:
    """Whether PostgreSQL lets this role in and answers a statement. `url` as `Database.open` takes it."""
    dsn = url.replace("+asyncpg", "", 1)

    async def ask() -> bool:
        try:
            with no_strays():
                async with asyncio.timeout(within):
                    connection = await asyncpg.connect(dsn, timeout=within)
                    try:
                        return bool(await connection.fetchval("select 1") == 1)
                    finally:
                        connection.terminate()
        except Exception:  # a server killed in the middle of a word makes asyncpg raise what it calls its own fault
            return False

    return ask


def kafka_probe(bootstrap: str, *, within: float = _WITHIN) -> Probe:
    """Whether a broker answers a metadata request."""

    async def ask() -> bool:
        client = AIOKafkaClient(
            bootstrap_servers=bootstrap, client_id="baton-probe", request_timeout_ms=int(within * 1000)
        )
        try:
            with no_strays():
                async with asyncio.timeout(within):
                    await client.bootstrap()
                    return True
        except Exception:  # whatever it is, it did not answer; aiokafka raises its own and the socket's
            return False
        finally:
            with contextlib.suppress(Exception), no_strays():
                await asyncio.wait_for(client.close(), _CLOSE)

    return ask


def topics_probe(bootstrap: str, namespace: str, *, within: float = _WITHIN) -> Probe:
    """Whether every topic is as this release needs it: missing topics pause a role, as a broker that is away does."""

    async def ask() -> bool:
        try:
            with no_strays():
                return not await asyncio.wait_for(check_topics(bootstrap, namespace), within)
        except Exception:  # not known is not right
            return False

    return ask
