"""A service behind its real HTTP door, without a port: clients that carry an identity's token."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import httpx

from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import Issuer, TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.http.app import ServiceApp, service_app
from services.chassis.service import Parts, Service
from services.chassis.settings import Settings
from tests.place import Place


class Doors:
    """Opens services' apps as they are asked for; everything is closed with the stack it was given."""

    def __init__(self, place: Place, keys_dir: Path, stack: AsyncExitStack) -> None:
        self._place = place
        self._keys_dir = keys_dir
        self._stack = stack
        self._ring = KeyRing.open(keys_dir, create=True)
        self._issuer = Issuer.open(keys_dir)
        self._apps: dict[str, ServiceApp] = {}
        self._parts: dict[str, Parts] = {}

    def parts(self, service: str) -> Parts:
        """What a service's `build` is given here."""
        database = Database.open(self._place.url(service), service=service)
        self._stack.push_async_callback(database.close)
        settings = Settings(keys_dir=self._keys_dir, namespace=self._place.namespace)
        return Parts(settings, database, self._ring, TokenReader(self._keys_dir / "public"))

    async def open(self, service: str) -> Service:
        """Build a service and serve its app to `ask`."""
        parts = self._parts[service] = self.parts(service)
        built: Service = import_module(f"services.{service}.app").build(parts)
        for opened in built.opened:
            await opened()
        for closed in built.closed:
            self._stack.push_async_callback(closed)
        self._apps[service] = service_app(built, parts)
        return built

    def parts_of(self, service: str) -> Parts:
        """What an opened service was built from."""
        return self._parts[service]

    def app_of(self, service: str) -> ServiceApp:
        """The app of an opened service."""
        return self._apps[service]

    async def ask(self, service: str, who: str | None = None) -> httpx.AsyncClient:
        """A client of one service; `who` is `staff:ines`, `sponsor:northfield`, ...; None sends no credential."""
        if service not in self._apps:
            await self.open(service)
        headers = {"authorization": f"Bearer {self.token(who)}"} if who else {}
        transport = httpx.ASGITransport(self._apps[service].asgi)
        client = httpx.AsyncClient(transport=transport, base_url="http://baton", headers=headers)
        return await self._stack.enter_async_context(client)

    def token(self, who: str) -> str:
        """A token of sixty seconds."""
        identity = Identity.parse(who)
        assert identity is not None
        return self._issuer.token(identity, datetime.now(UTC))
