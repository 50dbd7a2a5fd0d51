"""`baton doctor`: whether the whole house keeps its laws."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.cli.doctor_laws import Verdict

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
_KEYS_SHOWN = 5


def doctor(
    wait: Annotated[str, typer.Option(help="how long to wait for rest, like 30s or 2m")] = "30s",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document instead of a table")] = False,
) -> None:
    """Wait until nothing is under way, then check every law through each service's own role; name what breaks one.

    Ends with 1 when a law is broken. Example: baton doctor --wait 2m
    """
    from services.cli.doctor_run import diagnose

    verdicts = asyncio.run(diagnose(seconds_of(wait)))
    if as_json:
        typer.echo(json.dumps([verdict.as_json() for verdict in verdicts], indent=2))
    else:
        _print(verdicts)
    if any(verdict.broken for verdict in verdicts):
        raise typer.Exit(1)


def seconds_of(text: str) -> float:
    """`30s`, `2m`, `500ms` or a plain number of seconds; raises `Fault` for anything else."""
    from services.cli.errors import Fault

    number, unit = text, "s"
    for name in _UNITS:
        if text.endswith(name):
            number, unit = text.removesuffix(name), name
            break
    try:
        seconds = float(number) * _UNITS[unit]
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise Fault("--wait takes seconds or minutes, like 30s or 2m")
    return seconds


def _print(verdicts: "list[Verdict]") -> None:
    """The table of laws, then each broken one with its keys: a key is never cut short."""
    from services.cli.tables import print_table

    rows = [
        (one.law, "-" if one.checked is None else str(one.checked), f"NO ({len(one.broken)})" if one.broken else "yes")
        for one in verdicts
    ]
    print_table(("law", "checked", "holds"), rows, empty="there is no law")
    broken = [one for one in verdicts if one.broken]
    for verdict in broken:
        typer.echo(f"\nbroken: {verdict.law}")
        for breach in verdict.broken[:_KEYS_SHOWN]:
            typer.echo(f"  {breach.key}: {breach.says}")
        if len(verdict.broken) > _KEYS_SHOWN:
            typer.echo(f"  and {len(verdict.broken) - _KEYS_SHOWN} more (--json names all)")
    typer.echo(f"\n{len(verdicts) - len(broken)} laws hold, {len(broken)} do not")
