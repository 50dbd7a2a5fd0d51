"""`baton outbox`: facts on their way to Kafka."""

import asyncio
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look at facts that wait to be published; send one again.")


@app.command("list")
def list_(
    services: Annotated[list[str] | None, typer.Argument(help="default: all")] = None,
) -> None:
    """Print the keys whose facts wait in an outbox, oldest first. `held`: Kafka refused one for what it says.

    Example: baton outbox list routing
    """
    asyncio.run(_list(services or ["all"]))


@app.command("resend")
def resend(
    stream: Annotated[str, typer.Argument(help="network, tokens, referrals, leads or alerts")],
    key: Annotated[str, typer.Argument(help="the lead id, or kind/id on `network`")],
    version: Annotated[int, typer.Argument(min=1)],
) -> None:
    """Have one fact sent to Kafka again, under its own id: readers that have it skip it. Lets a held key go on.

    Example: baton outbox resend leads 0198c0de-0000-7000-8000-000000000001 3
    """
    sent = asyncio.run(_resend(stream, key, version))
    typer.echo(f"{sent} fact{'s' if sent != 1 else ''} of {stream} will be sent")


async def _list(services: list[str]) -> None:
    from services.chassis.outbox import waiting
    from services.cli.here import settings_here
    from services.cli.names import chosen
    from services.cli.places import database_of
    from services.cli.tables import print_table

    settings, rows = settings_here(), []
    for service in chosen(services):
        async with database_of(service, settings) as database, database.work("system:operator") as work:
            for one in await waiting(work):
                held = "held" if one.held else ""
                rows.append((service, one.stream, one.key, str(one.first), str(one.facts), f"{one.age:.0f} s", held))
    columns = "service", "stream", "key", "from version", "facts", "oldest", "held"
    print_table(columns, rows, empty="nothing waits")


async def _resend(name: str, key: str, version: int) -> int:
    from services.chassis.outbox import Forgotten, NotThere
    from services.chassis.outbox import resend as again
    from services.cli.errors import Fault
    from services.cli.here import settings_here
    from services.cli.places import database_of, stream_named

    stream = stream_named(name)
    try:
        async with database_of(stream.said_by, settings_here()) as database, database.work("system:operator") as work:
            return await again(work, stream, key, version)
    except NotThere:
        raise Fault(
            "no such sent or held fact: sent ones are kept for three days, unsent ones go out by themselves"
        ) from None
    except Forgotten:
        raise Fault(f"the bodies of {name} are forgotten once Kafka has them (privacy): say it anew instead") from None
