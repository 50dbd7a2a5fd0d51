"""`baton sign-in`: a way in for staff."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.chassis.auth.identity import Identity


def sign_in(
    who: Annotated[str, typer.Argument(help="staff:<id>", metavar="STAFF")],
    secret: Annotated[bool, typer.Option("--secret", help="for a program: a secret of 12 hours instead")] = False,
) -> None:
    """Print a link that signs one browser in: once, within 15 minutes, for 12 hours.

    With --secret a secret for 12 hours, to be exchanged for tokens of a minute at `POST /intake/oauth/token`.

    Example: baton sign-in staff:ines
    """
    from services.cli.key import issued
    from services.intake.access.rules import SIGN_IN_LASTS

    identity = staff_of(who)
    typer.echo(asyncio.run(issued(identity, SIGN_IN_LASTS) if secret else _link(identity)))


def staff_of(text: str) -> "Identity":
    """`staff:ines` as an identity; raises `Fault` for anything else."""
    from services.chassis.auth.identity import Identity
    from services.cli.errors import Fault

    identity = Identity.parse(text)
    if identity is None or identity.kind != "staff":
        raise Fault("name the staff member as staff:<id>; partners and sponsors use `baton key issue`")
    return identity


async def _link(identity: "Identity") -> str:
    from services.cli.key import known
    from services.intake.access.storage.sessions import make_link

    async with known(identity) as (work, ring, settings):
        return f"{settings.public_url.rstrip('/')}/sign-in/link/{await make_link(work, ring, identity.id)}"
