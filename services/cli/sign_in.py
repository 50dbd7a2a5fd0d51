"""`baton sign-in`: a way in for staff until there are pages for it."""

import asyncio
from typing import Annotated

import typer


def sign_in(who: Annotated[str, typer.Argument(help="staff:<id>", metavar="STAFF")]) -> None:
    """Print a secret for 12 hours, to be exchanged for tokens of a minute at `POST /intake/oauth/token`.

    Example: baton sign-in staff:ines
    """
    from services.chassis.auth.identity import Identity
    from services.cli.errors import Fault
    from services.cli.key import issued
    from services.intake.access.rules import SIGN_IN_LASTS

    identity = Identity.parse(who)
    if identity is None or identity.kind != "staff":
        raise Fault("name the staff member as staff:<id>; partners and sponsors use `baton key issue`")
    typer.echo(asyncio.run(issued(identity, SIGN_IN_LASTS)))
