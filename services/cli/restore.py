"""`baton restore`: after a database was restored from a backup."""

import asyncio
from typing import Annotated

import typer


def restore(
    services: Annotated[list[str] | None, typer.Argument(help="whose database was restored; default: all")] = None,
) -> None:
    """Raise every stream head to the highest version on Kafka, so that no version is said twice. Run it after any
    restore of a database, before `baton serve` is started again; repeat it as often as you like.

    Keys that are on Kafka and that the copy has never heard of are named, the first time, each with the type of its
    first fact: for intake each ReferralReceived is a lead whose contact details the copy does not hold, a
    ReferralRefused lost nothing. `baton doctor` names such leads too, for as long as they are missing.

    Example: baton restore routing
    """
    asyncio.run(_restore(services or ["all"]))


async def _restore(services: list[str]) -> None:
    from contracts.streams import STREAMS
    from services.chassis.audit.anchors import AnchorsDamaged
    from services.chassis.audit.set_back import OtherHistory, set_back
    from services.chassis.restore import TopicGone, WritersOpen, raise_heads, require_no_writers
    from services.cli.errors import Fault
    from services.cli.here import settings_here
    from services.cli.names import chosen
    from services.cli.places import database_of

    settings = settings_here()
    for service in chosen(services):
        async with database_of(service, settings) as database:
            try:
                await require_no_writers(database)
                for stream in (one for one in STREAMS.values() if one.said_by == service):
                    done = await raise_heads(database, settings.bootstrap(), settings.namespace, stream)
                    typer.echo(f"{done.stream}: {done.records} records, {done.keys} keys, {done.heads} heads raised")
                    for key, kind in done.unheard:
                        typer.echo(f"{done.stream} {key}: is not in this copy ({kind})")
                if lacking := await set_back(database, settings.keys_dir, settings.audit_dir):
                    typer.echo(f"{service}: {lacking} sealed audit rows are not in this copy; the anchors say so now")
            except (AnchorsDamaged, OtherHistory) as error:
                raise Fault(f"the audit log of {service} is no earlier state of the anchored one: {error}") from None
            except WritersOpen:
                raise Fault(f"{service} is connected to its database: stop every `baton serve` first") from None
            except TopicGone as gone:
                raise Fault(f"{gone}: there is no such topic, so nobody can say what was published") from None
