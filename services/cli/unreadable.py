"""`baton unreadable`: records whose headers nobody could read."""

import asyncio
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look at records nobody could read; read one again after a repair.")


@app.command("list")
def list_(services: Annotated[list[str] | None, typer.Argument(help="default: all")] = None) -> None:
    """Print the records each service could not read, and where they stand on Kafka.

    Example: baton unreadable list routing
    """
    asyncio.run(_list(services or ["all"]))


@app.command("retry")
def retry(
    service: Annotated[str, typer.Argument(help="the service that reads")],
    stream: Annotated[str, typer.Argument(help="network, tokens, referrals, leads or alerts")],
    partition: Annotated[int, typer.Argument(min=0)],
    offset: Annotated[int, typer.Argument(min=0)],
) -> None:
    """Read one record again and apply it through the ordinary handler, after a repair.

    Example: baton unreadable retry routing referrals 3 1042
    """
    asyncio.run(_retry(service, stream, partition, offset))
    typer.echo("it is read and applied")


async def _list(services: list[str]) -> None:
    from services.chassis.consume.unreadable import noted
    from services.cli.here import settings_here
    from services.cli.names import chosen
    from services.cli.places import database_of
    from services.cli.tables import print_table

    settings, rows = settings_here(), []
    for service in chosen(services):
        async with database_of(service, settings) as database, database.work("system:operator") as work:
            for one in await noted(work):
                where = one.spot.topic, str(one.spot.partition), str(one.spot.offset)
                rows.append((service, *where, one.error, f"{one.since:%Y-%m-%d %H:%M:%S}"))
    columns = "service", "topic", "partition", "offset", "error", "since (UTC)"
    print_table(columns, rows, empty="everything was read")


async def _retry(service: str, stream: str, partition: int, offset: int) -> None:
    from services.chassis.consume.decode import Spot
    from services.chassis.consume.kafka import NotOnKafka
    from services.chassis.consume.mend import StillUnreadable
    from services.cli.errors import Fault
    from services.cli.parked_mend import built, mending_of, reads_of

    async with built(service) as serving:
        reads = reads_of(serving, stream)
        spot = Spot(reads.stream.topic(serving.parts.settings.namespace), partition, offset)
        try:
            await mending_of(serving, reads).read_unreadable(spot)
        except NotOnKafka:
            raise Fault("Kafka keeps no record there any more") from None
        except StillUnreadable as error:
            raise Fault(f"it is still unreadable ({error})") from None
