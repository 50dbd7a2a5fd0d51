"""`baton parked`: keys whose facts wait for repair, readers that paused, timers that failed."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.chassis.consume.mend import Mended

app = typer.Typer(no_args_is_help=True, help="Look at facts and timers that wait for repair; try, skip or drop them.")

Service = Annotated[str, typer.Argument(help="the service that reads: routing, sla, reporting, intake")]
StreamName = Annotated[str, typer.Argument(help="network, tokens, referrals, leads or alerts")]
Key = Annotated[str, typer.Argument(help="the lead id, or kind/id on `network`")]


@app.command("list")
def list_(services: Annotated[list[str] | None, typer.Argument(help="default: all")] = None) -> None:
    """Print parked keys, held timers and paused readers, oldest first.

    Example: baton parked list sla
    """
    from services.cli.parked_list import print_parked

    asyncio.run(print_parked(services or ["all"]))


@app.command("show")
def show(service: Service, stream: StreamName, key: Key) -> None:
    """Print the parked facts of one key, in order: what each is and which fields it has, never their values.

    Example: baton parked show sla leads 0198c0de-0000-7000-8000-000000000001
    """
    from services.cli.parked_list import print_facts

    asyncio.run(print_facts(service, stream, key))


@app.command("retry")
def retry(
    service: Service,
    stream: StreamName,
    key: Annotated[str | None, typer.Argument(help="default: every parked key of the stream")] = None,
) -> None:
    """Apply parked facts in order through the ordinary handler, after a repair; then let the key's timers go on.

    Example: baton parked retry sla leads 0198c0de-0000-7000-8000-000000000001
    """
    from services.cli.parked_mend import retry_keys

    asyncio.run(retry_keys(service, stream, key, _say))


@app.command("adopt")
def adopt(service: Service, stream: StreamName, key: Key) -> None:
    """Go on from the first parked version, giving up the ones before it that never came.

    Example: baton parked adopt reporting referrals 0198c0de-0000-7000-8000-000000000001
    """
    from services.cli.parked_mend import mending

    async def run() -> None:
        async with mending(service, stream) as mend:
            _say(key, await mend.adopt(key))

    asyncio.run(run())


@app.command("drop")
def drop(
    service: Service,
    stream: StreamName,
    key: Key,
    version: Annotated[int, typer.Argument(min=1, help="the first parked one")],
) -> None:
    """Give up the first parked fact of a key, then go on with the others. The version is asked for so that nobody
    drops one they have not looked at. Refused while a version before it is missing: that is for `adopt` to give up.

    Example: baton parked drop sla leads 0198c0de-0000-7000-8000-000000000001 4
    """
    from services.cli.parked_mend import mending

    async def run() -> None:
        async with mending(service, stream) as mend:
            _say(key, await mend.drop(key, version))

    asyncio.run(run())


@app.command("resume")
def resume(service: Service, stream: StreamName) -> None:
    """Let a reader go on that paused because too many keys were parked for errors.

    Example: baton parked resume sla leads
    """
    from services.cli.parked_mend import resume_reader

    resumed = asyncio.run(resume_reader(service, stream))
    typer.echo("it goes on" if resumed else "it was not paused")


def _say(key: str, mended: "Mended") -> None:
    why = "an earlier version is missing" if mended.why == "waits" else f"{mended.why} ({mended.error or 'no error'})"
    typer.echo(f"{key}: {mended.applied} applied" + (f", {mended.left} still parked: {why}" if mended.left else ""))
