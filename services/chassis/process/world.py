"""What a process serves: each service with its database, its keys and its declarations. Built once, at start."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final, cast

from pydantic import SecretStr
from sqlalchemy import make_url

from services.chassis.auth.signing import TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.service import Parts, Service
from services.chassis.settings import Settings

_CLOSE: Final = 1.5


class UnknownService(LookupError):
    """There is no such service here."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One service of this process."""

    service: Service
    parts: Parts
    url: str
    """its database's address, for a probe's own connection"""

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name


def engine_url(url: SecretStr) -> str:
    """A database address as the async engine takes it, whichever of the three schemes it was given with."""
    return make_url(url.get_secret_value()).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def build_service(
    name: str, settings: Settings, keys: KeyRing, tokens: TokenReader, roles: Sequence[str] = ()
) -> Serving:
    """One service as its `app.py` puts it together; nothing is connected yet.

    Raises:
        UnknownService: `services.<name>.app` does not exist.
        SettingsError: its database address is missing.
    """
    try:
        app = import_module(f"services.{name}.app")
    except ModuleNotFoundError as error:
        if error.name not in (f"services.{name}", f"services.{name}.app"):
            raise
        raise UnknownService(name) from None
    url = engine_url(settings.service_url(name))
    database = Database.open(url, service=name, pool_size=settings.pool_size, called=_called(name, roles))
    parts = Parts(settings=settings, database=database, keys=keys, tokens=tokens)
    return Serving(cast(Service, app.build(parts)), parts, url)


def build_all(names: Sequence[str], settings: Settings, roles: Sequence[str] = ()) -> list[Serving]:
    """Every named service, around one ring of keys and one reader of tokens. `roles` only name its sessions."""
    keys = KeyRing.open(settings.keys_dir, create=True)
    tokens = TokenReader(settings.keys_dir / "public")
    return [build_service(name, settings, keys, tokens, roles) for name in names]


def _called(name: str, roles: Sequence[str]) -> str:
    """`baton-sla-relay`: who looks into the server sees which process holds what."""
    return "-".join(["baton", name, *roles])


async def open_all(world: Sequence[Serving]) -> None:
    """What services want done before any role starts."""
    for serving in world:
        for opened in serving.service.opened:
            await opened()


async def close_all(world: Sequence[Serving]) -> None:
    """Give back what was opened; nothing that is away may hold it up (P14)."""

    async def close(serving: Serving) -> None:
        for closed in serving.service.closed:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(closed(), _CLOSE)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(serving.parts.database.close(), _CLOSE)

    await asyncio.gather(*(close(serving) for serving in world))
