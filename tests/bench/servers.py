"""Kafka and PostgreSQL of one run, and their own word on when something was committed where they can give it."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

from deploy.local.addresses import Infrastructure, Say
from deploy.local.choose import choose, given_addresses, infrastructure
from deploy.local.places import cache_folder
from deploy.local.stack import LocalStack

_CONNECTIONS: Final = 400


@dataclass(frozen=True)
class Servers:
    """Where they answer. `commit_times`: `pg_xact_commit_timestamp` tells when a row became visible to everybody."""

    kafka: str
    administrator: str
    commit_times: bool
    own: bool
    """started for this run, hence nobody else's work is in their figures"""


@contextmanager
def servers(say: Say) -> Iterator[Servers]:
    """The addresses given by environment, else a local stack of this run's own with commit times switched on."""
    if given_addresses(os.environ) is None and choose(os.environ) == "local":
        with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
            cache = cache_folder(os.environ, Path(".baton").absolute())
            with LocalStack(Path(folder), cache=cache, say=say, max_connections=_CONNECTIONS) as stack:
                asyncio.run(_switch_on(stack.infrastructure.database_url))
                stack.restart_postgres()
                yield _servers(stack.infrastructure, own=True)
    else:
        with infrastructure(say=say, max_connections=_CONNECTIONS) as chosen:
            yield _servers(chosen, own=chosen.chosen != "environment")


def plain(url: str) -> str:
    """A database address as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _servers(chosen: Infrastructure, *, own: bool) -> Servers:
    return Servers(chosen.kafka, chosen.database_url, asyncio.run(_commit_times(chosen.database_url)), own)


async def _switch_on(url: str) -> None:
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute("alter system set track_commit_timestamp = on")
    finally:
        await connection.close()


async def _commit_times(url: str) -> bool:
    connection = await asyncpg.connect(plain(url))
    try:
        return bool(await connection.fetchval("select current_setting('track_commit_timestamp') = 'on'"))
    finally:
        await connection.close()
