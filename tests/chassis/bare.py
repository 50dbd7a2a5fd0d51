"""An empty database for tests of what makes one: no schema, no role; and a way in as anybody."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy import make_url

TEST_TIMEOUT = 20.0


@asynccontextmanager
async def a_session(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A plain connection to a database URL of ours, closed at the end."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(False)
    connection = await asyncpg.connect(plain, timeout=TEST_TIMEOUT)
    try:
        yield connection
    finally:
        await connection.close()


@dataclass(frozen=True)
class Bare:
    """A database's name and its administrator's URL."""

    name: str
    administrator: str

    def url(self, service: str, *, login: str = "", secret: str = "of-a-test") -> str:
        """The address a service would be given; its login role begins with the database's name."""
        username = f"{self.name}_{login or service}"
        return make_url(self.administrator).set(username=username, password=secret).render_as_string(False)


@contextmanager
def a_bare_database(administrator: str) -> Iterator[Bare]:
    """Made empty, dropped with every role whose name begins with its own."""
    name = f"t{secrets.token_hex(5)}"
    bare = Bare(name, make_url(administrator).set(database=name).render_as_string(False))
    asyncio.run(_run(administrator, [f'create database "{name}"']))
    try:
        yield bare
    finally:
        asyncio.run(_drop(administrator, name))


async def _drop(administrator: str, name: str) -> None:
    async with a_session(administrator) as session:
        await session.execute(f'drop database if exists "{name}" with (force)')
        for row in await session.fetch("select rolname from pg_roles where starts_with(rolname, $1)", name):
            quoted = row["rolname"].replace('"', '""')
            await session.execute(f'drop role if exists "{quoted}"')


async def _run(url: str, statements: list[str]) -> None:
    async with a_session(url) as session:
        for statement in statements:
            await session.execute(statement)
