"""What must be before anybody may call: schemas, topics, keys; the network over HTTP; a secret for everybody in it."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import asyncpg
import httpx

from services.chassis.auth.identity import Identity, Kind
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.migrate import migrate
from services.chassis.topics import make_topics
from services.intake.access.storage.issuer import OPERATOR, TokenMint
from services.intake.access.storage.keys import issue_key
from tests.faults.stand.places import NAMESPACE, Places
from tests.faults.world import SERVICES

_SECTIONS: Final[dict[Kind, str]] = {"partner": "partners", "sponsor": "sponsors", "staff": "staff"}
_KEYS_LAST: Final = timedelta(hours=12)


async def prepare_database(places: Places) -> None:
    """A database of the run's own, so that copies of it can be made and put back; all four schemas in it."""
    connection = await asyncpg.connect(places.administrator("postgres").replace("+asyncpg", ""))
    try:
        await connection.execute(f'create database "{NAMESPACE}"')
    finally:
        await connection.close()
    await migrate(places.administrator(), {service: places.database(service) for service in SERVICES})


async def prepare_topics(places: Places) -> None:
    """Topics as `streams.py` says."""
    await make_topics(f"127.0.0.1:{places.at['kafka']}", NAMESPACE)


def prepare_keys(places: Places) -> None:
    """The ring and the issuer's key: a server looks for new public keys only once a second."""
    KeyRing.open(places.folder / "keys", create=True)
    TokenMint(places.folder / "keys").token(OPERATOR)


async def apply_network(places: Places, network: dict[str, Any]) -> None:
    """PUT it as the operator."""
    bearer = TokenMint(places.folder / "keys").token(OPERATOR)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.put(
            f"{places.http('intake')}/intake/v1/network", json=network, headers={"authorization": f"Bearer {bearer}"}
        )
    if answer.status_code != httpx.codes.OK:
        raise ValueError(f"the network was not taken: {answer.text}")


async def let_in(places: Places, network: dict[str, Any]) -> dict[str, str]:
    """A secret for each partner, sponsor and staff member: `staff:oona` -> secret."""
    ring = await asyncio.to_thread(KeyRing.open, places.folder / "keys", create=True)
    database = Database.open(places.database("intake"), service="intake")
    secrets: dict[str, str] = {}
    try:
        async with database.work("system:operator") as work:
            for kind, section in _SECTIONS.items():
                for item in network[section]:
                    who = Identity(kind, item["id"])
                    secrets[str(who)] = await issue_key(work, ring, who, _KEYS_LAST)
    finally:
        await database.close()
    return secrets
