"""A demo on servers of the user's: a database and topics of its own, so that nothing of theirs is touched."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.process.world import engine_url
from services.chassis.topics import EVERY_TOPIC
from services.cli.names import SERVICES


def database_name(namespace: str) -> str:
    """`demo-1f2e` as a database may be called without quotes."""
    return namespace.replace("-", "_")


async def make_database(administrator: str, namespace: str) -> str:
    """Create it and return the administrator's URL into it."""
    name = database_name(namespace)
    await _as_administrator(administrator, [f'create database "{name}"'])
    return make_url(administrator).set(database=name).render_as_string(hide_password=False)


async def drop_place(administrator: str, kafka: str, namespace: str) -> None:
    """Take database, roles and topics away again."""
    name = database_name(namespace)
    roles = [f"{name}_{service}{end}" for service in SERVICES for end in ("", "_owner")]
    drops = [f'drop database if exists "{name}" with (force)', *(f'drop role if exists "{role}"' for role in roles)]
    await _as_administrator(administrator, drops)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=10_000)
    await asyncio.wait_for(admin.start(), 20)
    try:
        await asyncio.wait_for(admin.delete_topics([stream.topic(namespace) for stream in EVERY_TOPIC]), 20)
    finally:
        await asyncio.wait_for(admin.close(), 20)


async def _as_administrator(url: str, statements: list[str]) -> None:
    from pydantic import SecretStr

    engine = create_async_engine(engine_url(SecretStr(url)), isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()
