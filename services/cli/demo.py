"""`baton demo`: the main job, played from an empty folder."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.demo.figures import Figures


def demo(
    referrals: Annotated[int, typer.Option(min=1, max=20_000, help="how many are sent")] = 500,
    seed: Annotated[int, typer.Option(help="the same seed sends the same")] = 7,
    study: Annotated[
        list[Path] | None,
        typer.Option(help="a ClinicalTrials.gov v2 record: its sites become the network; several times"),
    ] = None,
    as_recruiting: Annotated[
        bool, typer.Option("--as-recruiting", help="run closed records as if they recruited; shown on every table")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="write the figures there too")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="leave the folder, stopped, to be looked at")] = False,
) -> None:
    """Walk invented referrals through all four services and print what became of them.

    Starts Kafka, PostgreSQL, a mailbox and every service in a fresh folder (or uses BATON_KAFKA with
    BATON_DATABASE_URL), plays partners, coordinators and a sponsor over HTTP, runs `doctor`, stops everything. Ends
    with 1 when anything is not as it must be.

    Example: baton demo --referrals 2000 --seed 3 --json demo.json
    """
    import os

    from deploy.local.places import home_folder
    from services.cli.demo_run import Told, run
    from services.cli.demo_world import Wish

    home = home_folder(os.environ) / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}" if keep else None
    told = Told(typer.echo)
    figures = run(Wish(referrals, seed, study or (), as_recruiting), home, told)
    _print(figures, json_file)
    told.say(f"done ({', '.join(f'{part} {seconds:.0f} s' for part, seconds in told.parts.items())})")
    if home is not None:
        typer.echo(f"kept in {home}; start it again with BATON_HOME={home} baton up")
    failed = [check for check in figures.checks if not check.holds]
    for check in failed:
        typer.echo(f"baton: does not hold: {check.what} ({check.says})", err=True)
    if failed:
        raise typer.Exit(1)


def _print(figures: "Figures", json_file: Path | None) -> None:
    """The tables, and the same figures as JSON where that was asked for."""
    from rich.console import Console

    from deploy.demo.tables import show

    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print()
    show(figures, console)
    if json_file is not None:
        json_file.write_text(json.dumps(figures.as_json(), indent=2) + "\n", encoding="utf-8")
