"""The sla service on real PostgreSQL, with a mail server of its own."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import Issuer, TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.http.app import service_app
from services.chassis.service import Parts
from services.chassis.settings import Settings
from services.sla.app import build
from tests.sla.desk import Desk, forget_everything
from tests.sla.mailbox import Mailbox, a_mailbox

ORIGIN = "http://baton.example"

Asking = Callable[[str | None], httpx.AsyncClient]


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "ring"


@pytest.fixture(scope="session")
def keys(keys_dir: Path) -> KeyRing:
    return KeyRing.open(keys_dir, create=True)


@pytest.fixture(scope="session")
def issuer(keys: KeyRing, keys_dir: Path) -> Issuer:
    return Issuer.open(keys_dir)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with a_mailbox() as opened:
        yield opened


@pytest.fixture
def settings(mailbox: Mailbox) -> Settings:
    return Settings(smtp_url=f"smtp://127.0.0.1:{mailbox.port}", public_url=ORIGIN)  # type: ignore[arg-type]


@pytest.fixture
async def parts(
    database_of: Callable[[str], Database], settings: Settings, keys: KeyRing, issuer: Issuer, keys_dir: Path
) -> Parts:
    database = database_of("sla")
    await forget_everything(database)
    return Parts(settings, database, keys, TokenReader(keys_dir / "public"))


@pytest.fixture
def desk(parts: Parts) -> Desk:
    return Desk(parts.database, build(parts))


@pytest.fixture
async def asking(desk: Desk, parts: Parts, issuer: Issuer) -> AsyncIterator[Asking]:
    """`asking("staff:ines")`: a client of the service with that identity's token; None sends none."""
    app, opened = service_app(desk.service, parts), []

    def ask(who: str | None) -> httpx.AsyncClient:
        identity = Identity.parse(who) if who else None
        headers = {"authorization": f"Bearer {issuer.token(identity, datetime.now(UTC))}"} if identity else {}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app.asgi), base_url=ORIGIN, headers=headers)
        opened.append(client)
        return client

    yield ask
    for client in opened:
        await client.aclose()
