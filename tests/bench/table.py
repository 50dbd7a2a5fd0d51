"""The run as a person reads it: goals with their peers, then every figure, then what has to be said beside them."""

from rich.console import Console
from rich.table import Table

from tests.bench.goals import Verdict, verdicts, void_because
from tests.bench.results import Results
from tests.bench.series import Series


def print_results(results: Results, console: Console) -> None:
    """All of it."""
    figures = {name: figure.series for name, figure in results.figures.items()}
    console.print(_goals(verdicts(figures)))
    console.print(_figures(results))
    for about, text in results.notes.items():
        console.print(f"{about}: {text}", highlight=False, markup=False)
    if why := void_because(figures):
        console.print(f"VOID: {why}", style="bold", highlight=False)


def _goals(found: list[Verdict]) -> Table:
    table = Table(title="goals of numbers.md: medians of this run", title_justify="left", caption_justify="left")
    for name in ("goal", "ours", "beside", "ratio", "wanted", "reached"):
        table.add_column(name, justify="left" if name == "goal" else "right")
    measured = [one for one in found if one.compared is not None]
    table.caption = f"{len(found) - len(measured)} goals were not measured" if len(measured) < len(found) else None
    for one in measured:
        wanted = f">= {one.goal.at_least:,g}" if one.goal.at_least is not None else f"<= {one.goal.at_most:,g}"
        beside = f"{one.goal.beside} {_short(one.theirs)}" if one.goal.beside else ""
        ratio = _ranged(one.compared) if one.goal.beside and one.compared else ""
        table.add_row(one.goal.says, _short(one.ours), beside, ratio, wanted, one.reached)
    return table


def _figures(results: Results) -> Table:
    table = Table(title="every figure", title_justify="left")
    for name in ("figure", "unit", "median", "from", "to", "n"):
        table.add_column(name, justify="left" if name in ("figure", "unit") else "right")
    for name, figure in sorted(results.figures.items()):
        series = figure.series
        spread = (_number(series.median), _number(series.low), _number(series.high))
        table.add_row(name, figure.unit, *spread, str(len(series.samples)))
    return table


def _short(series: Series | None) -> str:
    return _number(series.median) if series else "-"


def _ranged(series: Series) -> str:
    return f"{series.median:.2f} ({series.low:.2f}-{series.high:.2f})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
