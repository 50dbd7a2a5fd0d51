"""`baton audit`: who looked at or changed what, and whether the log of it is whole."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.chassis.audit.verify import Verdict, Wrong

app = typer.Typer(no_args_is_help=True, help="Read the audit log; find whatever was changed in it.")

Services = Annotated[list[str] | None, typer.Argument(help="default: all")]


@app.command("verify")
def verify(services: Services = None) -> None:
    """Follow each service's sealed log from its start and compare it with the anchors outside the database.

    Any change, insertion, removal, reorder or cut older than a minute is found: the first row that is wrong is named,
    and the exit code is 1.

    Example: baton audit verify
    """
    verdicts = asyncio.run(_verify(services or ["all"]))
    for verdict in verdicts:
        typer.echo(
            f"{verdict.chain}: {verdict.sealed} rows sealed, {verdict.waiting} waiting, anchored to {verdict.anchored}"
        )
        if verdict.wrong:
            typer.echo(f"{verdict.chain}: {_said(verdict.wrong)}", err=True)
    if any(verdict.wrong for verdict in verdicts):
        raise typer.Exit(1)


@app.command("list")
def list_(
    services: Services = None,
    actor: Annotated[str | None, typer.Option(help="staff:ines, partner:openhand, system:operator")] = None,
    act: Annotated[str | None, typer.Option(help="key_issued, contact_revealed, ...")] = None,
    subject: Annotated[str | None, typer.Option(help="lead:<id>, key:<id>, network")] = None,
    since: Annotated[datetime | None, typer.Option(help="UTC")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
) -> None:
    """Print the newest acts, newest last. It holds no contact detail, and this look is an act as well.

    Example: baton audit list intake --act key_issued
    """
    asyncio.run(_list(services or ["all"], Wanted(actor, act, subject, since, limit)))


class Wanted:
    """Which acts to print; None is any."""

    def __init__(
        self, actor: str | None, act: str | None, subject: str | None, since: datetime | None, limit: int
    ) -> None:
        from datetime import UTC

        self.terms = actor, act, subject, since and since.replace(tzinfo=UTC)
        self.limit = limit


def _said(wrong: "Wrong") -> str:
    if wrong.n is None and wrong.row is None:
        return wrong.says
    place = "a row" if wrong.n is None else f"row {wrong.n}"
    return f"{place}{f' ({wrong.row})' if wrong.row else ''} {wrong.says}"


async def _verify(services: list[str]) -> "list[Verdict]":
    from services.chassis.audit.verify import verify as judged
    from services.cli.here import settings_here
    from services.cli.names import chosen
    from services.cli.places import database_of

    settings, verdicts = settings_here(), []
    for service in chosen(services):
        async with database_of(service, settings) as database:
            verdicts.append(await judged(database, settings.keys_dir, settings.audit_dir))
    return verdicts


async def _list(services: list[str], wanted: Wanted) -> None:
    from services.chassis.audit import audit
    from services.chassis.audit.rows import acts
    from services.cli.here import settings_here
    from services.cli.names import chosen
    from services.cli.places import database_of
    from services.cli.tables import print_table

    settings, rows = settings_here(), []
    for service in chosen(services):
        async with database_of(service, settings) as database, database.work("system:operator") as work:
            for n, one in await acts(work, *wanted.terms, limit=wanted.limit):
                place = "" if n is None else str(n)
                at = f"{one.at:%Y-%m-%d %H:%M:%S}"
                rows.append((at, service, place, one.actor, one.act, one.subject, one.detail))
            await audit(work, "audit_listed", "audit", {"rows": len(rows)})
    columns = "at (UTC)", "service", "row", "who", "did", "to", "detail"
    print_table(columns, sorted(rows)[-wanted.limit :], empty="nothing was done")
