"""`baton session`: who is signed in."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

app = typer.Typer(no_args_is_help=True, help="List the sessions of staff; end one, or all of a person's.")


@app.command("list")
def list_(who: Annotated[str | None, typer.Argument(help="default: everybody's", metavar="STAFF")] = None) -> None:
    """Print who is signed in, since when and until when; never a secret.

    Example: baton session list staff:ines
    """
    asyncio.run(_list(who))


@app.command("revoke")
def revoke(what: Annotated[str, typer.Argument(help="a session's id, or staff:<id>: all of theirs")]) -> None:
    """End a session, or all of a person's; their tokens end within 60 seconds.

    Example: baton session revoke staff:ines
    """
    from services.cli.errors import Fault

    ended = asyncio.run(_revoke(what))
    if not ended:
        raise Fault("there is no live session of that name: see `baton session list`")
    typer.echo(f"{ended} ended")


@app.command("forget-factor")
def forget_factor(who: Annotated[str, typer.Argument(help="staff:<id>", metavar="STAFF")]) -> None:
    """Take away somebody's second factor, for a lost phone; their next one is set up at /sign-in/factor.

    Example: baton session forget-factor staff:ines
    """
    from services.cli.errors import Fault

    if not asyncio.run(_forget(who)):
        raise Fault("they have no second factor")
    typer.echo("forgotten")


async def _forget(who: str) -> bool:
    from services.cli.here import settings_here
    from services.cli.places import database_of
    from services.cli.sign_in import staff_of
    from services.intake.access.storage.factors import forget

    staff = staff_of(who).id
    async with database_of("intake", settings_here()) as database, database.work("system:operator") as work:
        return await forget(work, staff)


async def _list(who: str | None) -> None:
    from services.cli.here import settings_here
    from services.cli.places import database_of
    from services.cli.sign_in import staff_of
    from services.cli.tables import print_table
    from services.intake.access.storage.sessions import sessions

    staff = staff_of(who).id if who else None
    async with database_of("intake", settings_here()) as database, database.work("system:operator") as work:
        rows = [
            (str(one.id), f"staff:{one.staff}", f"{one.created:%F %H:%M}", f"{one.expires:%F %H:%M}")
            for one in await sessions(work, staff)
        ]
    print_table(("id", "who", "from (UTC)", "until"), rows, empty="nobody is signed in")


async def _revoke(what: str) -> int:
    from services.cli.here import settings_here
    from services.cli.places import database_of
    from services.cli.sign_in import staff_of
    from services.intake.access.storage.sessions import end_sessions

    try:
        id, staff = UUID(what), None
    except ValueError:
        id, staff = None, staff_of(what).id
    async with database_of("intake", settings_here()) as database, database.work("system:operator") as work:
        return await end_sessions(work, id=id, staff=staff, act="session_revoked")
