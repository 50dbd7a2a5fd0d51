"""`baton topics`: bring Kafka to this release."""

import asyncio
from typing import Annotated

import typer


def topics(
    replication: Annotated[int, typer.Option(min=1, help="replicas of topics that are made now")] = 1,
    check: Annotated[bool, typer.Option("--check", help="make nothing, only compare")] = False,
) -> None:
    """Make the topics that are missing and compare all of them with this release; ends with 1 when one differs.

    Example: baton topics --replication 3
    """
    from services.chassis.topics import check_topics, make_topics
    from services.cli.here import settings_here

    settings = settings_here()
    kafka, namespace = settings.bootstrap(), settings.namespace
    if not check:
        made = asyncio.run(make_topics(kafka, namespace, replication=replication))
        for name in made:
            typer.echo(f"{name}: made")
    differences = asyncio.run(check_topics(kafka, namespace))
    for difference in differences:
        typer.echo(str(difference), err=True)
    if differences:
        raise typer.Exit(1)
    typer.echo("all topics are as this release needs them")
