"""A place to test in: a namespace and a database of their own on the session's real Kafka and PostgreSQL."""

import asyncio
import secrets
from dataclasses import dataclass

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.migrate import migrate
from tests.served import SERVED

SERVICES = ("intake", "routing", "sla", "reporting")


@dataclass(frozen=True)
class Place:
    """Addresses of one test session, and the secrets of its own roles."""

    namespace: str
    kafka: str
    administrator: str
    urls: dict[str, str]

    def url(self, service: str) -> str:
        """The database URL of a service's login role."""
        return self.urls[service]


def make_place(kafka: str, administrator: str) -> Place:
    """A new database with all four schemas, migrated, whose clock may be moved."""
    name = f"t{secrets.token_hex(5)}"
    admin = make_url(administrator)
    own = admin.set(database=name)
    urls = {
        service: own.set(username=f"{name}_{service}", password=secrets.token_hex(12)).render_as_string(False)
        for service in SERVICES
    }
    place = Place(name, kafka, own.render_as_string(False), urls)
    asyncio.run(_create(administrator, place))
    SERVED.namespaces.add(name)
    return place


def drop_place(administrator: str, place: Place) -> None:
    """Take the database and its roles away again."""
    asyncio.run(_drop(administrator, place))


async def _create(administrator: str, place: Place) -> None:
    await _as_administrator(administrator, [f'create database "{place.namespace}"'])
    await migrate(place.administrator, place.urls, test_clock=True)


async def _drop(administrator: str, place: Place) -> None:
    SERVED.transactions += await _committed(administrator, place.namespace)
    roles = [f"{place.namespace}_{service}{end}" for service in SERVICES for end in ("", "_owner")]
    await _as_administrator(
        administrator,
        [f'drop database if exists "{place.namespace}" with (force)', *(f'drop role if exists "{r}"' for r in roles)],
    )


async def _committed(url: str, database: str) -> int:
    """Transactions that PostgreSQL counted in this database."""
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            sql = text("select xact_commit from pg_stat_database where datname = :name")
            return int(await connection.scalar(sql, {"name": database}) or 0)
    finally:
        await engine.dispose()


async def _as_administrator(url: str, statements: list[str]) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()
