"""`baton plan`: what a network file would change."""

import json
from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[list[Path] | None, typer.Argument(help="network files, later ones laid over earlier ones")]
More = Annotated[list[Path] | None, typer.Option("--file", "-f", help="the same, as an option")]
Studies = Annotated[list[Path] | None, typer.Option("--study", help="a ClinicalTrials.gov v2 record; several times")]
AsRecruiting = Annotated[
    bool, typer.Option("--as-recruiting", help="run records that do not recruit as if they did; shown on every output")
]
Url = Annotated[str | None, typer.Option(help="where Baton answers; default BATON_PUBLIC_URL, or what runs here")]


def plan(
    files: Files = None,
    file: More = None,
    study: Studies = None,
    as_recruiting: AsRecruiting = False,
    url: Url = None,
    check: Annotated[bool, typer.Option("--check", help="only judge the files by themselves, ask no server")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="print the JSON schema of a network file")] = False,
) -> None:
    """Say what network files would change, exactly; nothing is changed. Every fault is told with its file and line.

    Example: baton plan deploy/demo/network.yaml -f overlay.yaml
    """
    from services.cli.errors import Fault
    from services.cli.network import faults_of, read_files, send, tell
    from services.intake.network.rules.schema import network_schema

    if schema:
        typer.echo(json.dumps(network_schema(), indent=2))
        return
    named = [*(files or ()), *(file or ())]
    if check:
        if faults := faults_of(read_files(named, study or (), as_recruiting=as_recruiting), {}):
            raise Fault("\n".join(map(str, faults)))
        typer.echo("the files hold together")
        return
    tell(send(named, study or (), as_recruiting=as_recruiting, url=url, dry_run=True))
