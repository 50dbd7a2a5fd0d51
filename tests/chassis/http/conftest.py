"""The harbour on real PostgreSQL: its own schema and role in the session's database, its app, and who asks it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.auth.identity import Identity
from services.chassis.auth.keys import hash_key
from services.chassis.auth.signing import Issuer, TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import same
from services.chassis.database import Database
from services.chassis.http.app import ServiceApp, service_app
from services.chassis.migrate import migrate
from services.chassis.service import Parts, Service
from services.chassis.settings import Settings
from services.chassis.work import Work
from tests.chassis.http.harbour import TABLES, a_service
from tests.place import Place

Asking = Callable[[str | None], httpx.AsyncClient]
Opening = Callable[[ServiceApp | Service], Asking]


@pytest.fixture(scope="session")
def harbour_url(place: Place) -> Iterator[str]:
    login = f"{place.namespace}_harbour"
    url = make_url(place.administrator).set(username=login, password="harbour-of-a-test").render_as_string(False)
    asyncio.run(migrate(place.administrator, {"harbour": url}))
    asyncio.run(_as_owner(place, f"set role {login}_owner; set search_path = harbour; {TABLES}"))
    grant = f"grant select, insert, update, delete on all tables in schema harbour to {login}"
    asyncio.run(
        _as_owner(place, f"set role {login}_owner; {grant}; revoke update, delete on harbour.audit from {login}")
    )
    yield url
    asyncio.run(
        _as_owner(place, f"drop schema harbour cascade; drop owned by {login}; drop role {login}, {login}_owner")
    )


async def _as_owner(place: Place, script: str) -> None:
    engine = create_async_engine(place.administrator)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("select 1")
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(script)
    finally:
        await engine.dispose()


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "ring"


@pytest.fixture(scope="session")
def ring(keys_dir: Path) -> KeyRing:
    return KeyRing.open(keys_dir, create=True)


@pytest.fixture(scope="session")
def issuer(ring: KeyRing, keys_dir: Path) -> Issuer:
    return Issuer.open(keys_dir)


@pytest.fixture
async def harbour(harbour_url: str) -> AsyncIterator[Database]:
    database = Database.open(harbour_url, service="harbour", pool_size=5)
    async with database.work("system:test") as work:
        await work.run("delete from boat")
        for table in ("turned_away", "duty", "api_key", "idempotency"):
            await work.run(f"delete from {table}")
        await work.run("insert into duty values ('ines', 'openhand'), ('otto', 'kindred')")
    yield database
    await database.close()


@pytest.fixture
def parts(harbour: Database, ring: KeyRing, issuer: Issuer, keys_dir: Path) -> Parts:
    return Parts(Settings(), harbour, ring, TokenReader(keys_dir / "public"))


@pytest.fixture
def keyed(parts: Parts) -> Service:
    """The harbour, taking API keys."""

    async def key_reader(work: Work, key: str) -> Identity | None:
        digest = hash_key(parts.keys, key).digest
        row = await work.one("select digest, kind, id from api_key where digest = $1 and not revoked", digest)
        return Identity(row["kind"], row["id"]) if row and same(row["digest"], digest) else None

    return a_service(key_reader=key_reader)


@pytest.fixture
def app(parts: Parts, keyed: Service) -> ServiceApp:
    return service_app(keyed, parts)


@pytest.fixture
async def opening(parts: Parts, issuer: Issuer) -> AsyncIterator[Opening]:
    """`opening(service)("partner:openhand")`: a process of a service, and a client with that identity's token there;
    None sends no credential.
    """
    opened: list[httpx.AsyncClient] = []

    def serve(app: ServiceApp | Service) -> Asking:
        served = app if isinstance(app, ServiceApp) else service_app(app, parts)

        def ask(who: str | None) -> httpx.AsyncClient:
            headers = {}
            if who is not None:
                identity = Identity.parse(who)
                assert identity is not None
                headers["authorization"] = f"Bearer {issuer.token(identity, datetime.now(UTC))}"
            transport = httpx.ASGITransport(served.asgi)
            opened.append(httpx.AsyncClient(transport=transport, base_url="http://harbour", headers=headers))
            return opened[-1]

        return ask

    yield serve
    for client in opened:
        await client.aclose()


@pytest.fixture
def asking(app: ServiceApp, opening: Opening) -> Asking:
    return opening(app)
