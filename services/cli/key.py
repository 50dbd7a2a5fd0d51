"""`baton key`: keys of partners and sponsors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from services.chassis.auth.identity import Identity
    from services.chassis.crypto.secrets import KeyRing
    from services.chassis.settings import Settings
    from services.chassis.work import Work

app = typer.Typer(no_args_is_help=True, help="Issue, list and revoke the keys of partners and sponsors.")

Owner = Annotated[str, typer.Argument(help="partner:<id> or sponsor:<id>", metavar="OWNER")]


@app.command("issue")
def issue(
    owner: Owner,
    days: Annotated[int, typer.Option(min=1, max=3650, help="how long it lives")] = 365,
) -> None:
    """Print a new key, once: it is stored only as a keyed hash. An owner has at most two at a time.

    Example: baton key issue partner:openhand --days 90
    """
    typer.echo(asyncio.run(issued(owner_of(owner), timedelta(days=days))))


@app.command("list")
def list_(owner: Annotated[str | None, typer.Argument(help="default: everybody's", metavar="OWNER")] = None) -> None:
    """Print whose keys there are, from when until when; never a key.

    Example: baton key list partner:openhand
    """
    asyncio.run(_list(owner_of(owner) if owner else None))


@app.command("revoke")
def revoke(key: Annotated[UUID, typer.Argument(help="the key's id, from `baton key list`")]) -> None:
    """End a key now; tokens it was exchanged for end within 60 seconds.

    Example: baton key revoke 0198c0de-0000-7000-8000-000000000001
    """
    from services.cli.errors import Fault

    if not asyncio.run(_revoke(key)):
        raise Fault("there is no live key of that id: see `baton key list`")
    typer.echo("revoked")


def owner_of(text: str) -> "Identity":
    """`partner:openhand` as an identity that may have a key; raises `Fault` for anything else."""
    from services.chassis.auth.identity import Identity
    from services.cli.errors import Fault
    from services.intake.access.rules import KEYED

    identity = Identity.parse(text)
    if identity is None or identity.kind not in KEYED:
        raise Fault("name the owner as partner:<id> or sponsor:<id>; staff use `baton sign-in staff:<id>`")
    return identity


async def issued(identity: "Identity", lasts: timedelta) -> str:
    """A new key or sign-in secret for somebody who stands in the network; raises `Fault` for anybody else."""
    from services.cli.errors import Fault
    from services.intake.access.rules import TooManyKeys
    from services.intake.access.storage.keys import issue_key

    async with known(identity) as (work, ring, _):
        try:
            return await issue_key(work, ring, identity, lasts)
        except TooManyKeys:
            raise Fault(f"{identity} has two live keys: `baton key revoke` one of them first") from None


@asynccontextmanager
async def known(identity: "Identity") -> "AsyncIterator[tuple[Work, KeyRing, Settings]]":
    """A work on intake's database for somebody who stands in the network; raises `Fault` for anybody else."""
    from services.chassis.crypto.secrets import KeyRing
    from services.cli.errors import Fault
    from services.cli.here import settings_here
    from services.cli.places import database_of
    from services.intake.network.rules.items import OF_KIND
    from services.intake.network.storage import item

    settings = settings_here()
    if not settings.keys_dir.is_dir():  # a ring made here would give a key that no server knows
        raise Fault(f"no keys in {settings.keys_dir}: run this beside `baton up`, or set BATON_KEYS_DIR")
    ring = KeyRing.open(settings.keys_dir, create=True)
    async with database_of("intake", settings) as database, database.work("system:operator") as work:
        if await item(work, OF_KIND[identity.kind], identity.id, await work.read_time()) is None:
            raise Fault(f"the network has no {identity}: `baton apply` a file that names it first")
        yield work, ring, settings


async def _list(owner: "Identity | None") -> None:
    from datetime import UTC, datetime

    from services.cli.here import settings_here
    from services.cli.places import database_of
    from services.cli.tables import print_table
    from services.intake.access.storage.keys import keys_of

    rows = []
    async with database_of("intake", settings_here()) as database, database.work("system:operator") as work:
        for key in await keys_of(work, owner):
            state = "revoked" if key.revoked_at else "live" if key.is_live(datetime.now(UTC)) else "over"
            rows.append((str(key.id), f"{key.kind}:{key.owner}", f"{key.created:%F}", f"{key.expires:%F}", state))
    print_table(("id", "owner", "from", "until", "state"), rows, empty="no key yet: `baton key issue partner:<id>`")


async def _revoke(key: UUID) -> bool:
    from services.cli.here import settings_here
    from services.cli.places import database_of
    from services.intake.access.storage.keys import revoke_key

    async with database_of("intake", settings_here()) as database, database.work("system:operator") as work:
        return await revoke_key(work, key)
