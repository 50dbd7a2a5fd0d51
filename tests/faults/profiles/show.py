"""Results as a person reads them: one line a run, the breaches below, recovery by kind of fault."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.faults.history import Line
from tests.faults.profiles.bugs import caught


def table(lines: Sequence[Line]) -> None:
    """Print every result of a file."""
    out = Console(width=200)
    for line in lines:
        _groups(out, line)
    _recovery(out, lines)


def bugs(lines: Sequence[Line]) -> None:
    """Print how often each planted bug was caught, and which schedule was not clean without it."""
    shown = Table(title="planted bugs")
    for column in ("bug", "caught", "shows in"):
        shown.add_column(column)
    for name, _, times, runs, groups in caught(lines):
        shown.add_row(name, f"{times} of {runs}", groups)
    out = Console(width=160)
    out.print(shown)
    twins = [line for line in lines if line["bug"] is None]
    unclean = [line["scenario"] for line in twins if not line["clean"]]
    out.print(f"schedules without a bug: {len(twins) - len(unclean)} of {len(twins)} clean {unclean or ''}")


def _groups(out: Console, line: Line) -> None:
    found = {group: count for group, count in line["groups"].items() if count}
    word = "[green]clean[/green]" if line["code"] == 0 else f"[red]{line.get('void') or found}[/red]"
    met = line["faults"].get("met", {})
    out.print(f"{line['name']}: {word}; faults met {sum(met.values())} {met}; laps {line['laps']}")
    out.print(f"  {line['counts']}")
    for lack in line.get("lacks", ()):
        out.print(f"  [red]too little: {lack}[/red]")
    if "refused" in line:
        out.print(f"  facts refused by the cursors of the reader that woke up, each time: {line['refused']}")
    if "facts_drained" in line["faults"]:
        told = line["faults"]
        slowest = max(told["sigterm"].items(), key=lambda one: one[1])
        out.print(
            f"  away {told['away']} s; gone after it: facts in {told['facts_drained']} s, letters in "
            f"{told['letters_drained']} s (usually under way: {told['usual']}); slowest SIGTERM {slowest}"
        )
    for breach in line["breaches"][:20]:
        out.print(f"  [red]{breach['group']}[/red] {breach['law']} {breach['key']}: {breach['says']}")


def _recovery(out: Console, lines: Sequence[Line]) -> None:
    rows = [(line["name"], label, one) for line in lines for label, one in _recoveries(line).items()]
    if not rows:
        return
    shown = Table(title="recovery, seconds")
    for column in ("run", "fault", "count", "p50", "p99", "max", "never"):
        shown.add_column(column, justify="left" if column in ("run", "fault") else "right")
    for name, label, one in rows:
        figures = (f"{one[key]:.1f}" for key in ("p50", "p99", "most"))
        shown.add_row(name, label, str(one["count"]), *figures, str(one["never"]))
    out.print(shown)


def _recoveries(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = line["faults"].get("recovery", {})
    return found
