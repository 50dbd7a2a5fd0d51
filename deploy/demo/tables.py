"""The result of a demo on a terminal."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from deploy.demo.figures import Figures, Site

MOST_SITES = 15
"""Sites shown one by one; of more, the busiest, and the rest in one line."""

DECLARED = "declared recruiting: the record says otherwise"


def show(figures: Figures, console: Console) -> None:
    """Print every table; `DECLARED` stands on each where records were opened for the run."""
    for table in (_doors, _sites, _room, _duplicates, _alerts, _latency, *_summaries(figures), _laws, _checks):
        console.print(table(figures), highlight=False)


class _Titled(Table):
    """A table under its title; rich would break the title at the table's width."""

    def __init__(self, figures: Figures, title: str, *columns: str, right: Sequence[str] = ()) -> None:
        super().__init__(box=box.SIMPLE_HEAD, pad_edge=False)
        declared = f"  [{DECLARED}]" if figures.declared_recruiting else ""
        self.heading = Text(title + declared, style="bold")
        for column in columns:
            self.add_column(column, justify="right" if column in right else "left", overflow="fold")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The title on a line of its own, then the table."""
        yield self.heading
        yield from super().__rich_console__(console, options)


def _doors(figures: Figures) -> RenderableType:
    numbers = ("sent", "accepted", "refused", "malformed", "sent twice")
    table = _Titled(figures, "At the door", "partner", *numbers, "refused because", right=numbers)
    for door in figures.doors:
        why = ", ".join(f"{code} {n}" for code, n in sorted(door.refused.items())) or "-"
        counts = (door.sent, door.accepted, sum(door.refused.values()), door.malformed, door.repeated)
        table.add_row(door.partner, *map(str, counts), why)
    return table


def _sites(figures: Figures) -> RenderableType:
    numbers = ("accepted", "duplicates", "closed", "open", "waiting")
    table = _Titled(figures, "Owners and load", "site", *numbers, "owners: open/room", right=numbers)
    ordered = sorted(figures.sites, key=lambda one: (-one.accepted, one.name))
    for site in ordered[:MOST_SITES]:
        owners = ", ".join(f"{label.partition(',')[0]} {load}/{room}" for label, load, room in site.owners)
        table.add_row(site.name, *map(str, _counts([site])), owners)
    if rest := ordered[MOST_SITES:]:
        owners = f"{sum(len(one.owners) for one in rest)} owners"
        table.add_row(f"{len(rest)} more sites", *map(str, _counts(rest)), owners)
    table.add_section()
    table.add_row(f"{len(ordered)} sites", *map(str, _counts(ordered)), "")
    return table


def _counts(sites: Sequence[Site]) -> tuple[int, ...]:
    names = ("accepted", "duplicates", "closed", "open", "waiting")
    return tuple(sum(getattr(site, name) for site in sites) for name in names)


def _room(figures: Figures) -> RenderableType:
    room = figures.room
    table = _Titled(figures, "Waiting room", "what", "leads", right=("leads",))
    table.add_row("ever without an owner", str(room.ever))
    table.add_row("most at one look", str(room.most))
    table.add_row("owned when a place was free", str(room.owned_later))
    table.add_row("longest until owned", f"{room.longest:.1f} s")
    table.add_row("waiting now, their site is full", str(room.now))
    return table


def _duplicates(figures: Figures) -> RenderableType:
    found, keeps = figures.duplicates, figures.keeps
    said = ", ".join(f"{name} {share:.0%}" for name, share in keeps.items())
    table = _Titled(figures, f"Duplicates (a duplicate keeps its person's {said})", "what", "pairs", right=("pairs",))
    table.add_row("same person, study and site", str(found.true))
    table.add_row("found on keyed tokens", str(found.found))
    table.add_row("linked and two people", str(found.false))
    table.add_row("left for the site to judge (leads)", str(found.suspected))
    return table


def _alerts(figures: Figures) -> RenderableType:
    alerts = figures.alerts
    numbers = ("raised", "delivered", "failed", "acknowledged", "withdrawn")
    table = _Titled(figures, f"Alerts ({alerts.letters} mails read)", *numbers, right=numbers)
    raised = ", ".join(f"{n} {level}" for level, n in sorted(alerts.raised.items()))
    counts = (alerts.delivered, alerts.failed, alerts.acknowledged, alerts.withdrawn)
    table.add_row(f"{sum(alerts.raised.values())} ({raised})" if raised else "0", *map(str, counts))
    return table


def _latency(figures: Figures) -> RenderableType:
    numbers = ("leads", "median", "p99")
    table = _Titled(figures, "From acceptance to (database clock)", "what", *numbers, right=numbers)
    for what, spread in figures.latency.items():
        table.add_row(what, str(spread.n), f"{spread.median:.0f} ms", f"{spread.p99:.0f} ms")
    return table


def _summaries(figures: Figures) -> list[Callable[[Figures], RenderableType]]:
    return [partial(_summary, study=study, body=body) for study, body in figures.summaries.items()]


def _summary(figures: Figures, *, study: str, body: Mapping[str, Any]) -> RenderableType:
    movement, code = body["movement"], body.get("study_code", study)
    milestones = list(movement["people"])
    title = f"Sponsor summary of {code}, complete up to {body['complete_up_to']} (- is withheld: small)"
    columns = [milestone.replace("_", " ") for milestone in milestones]
    table = _Titled(figures, title, "people", *columns, right=columns)
    table.add_row("all", *_cells(movement["people"], milestones))
    for name, key in (("site", "by_site"), ("source", "by_partner")):
        table.add_section()
        rows = [(f"{row['name']}", _cells(row["people"], milestones)) for row in movement[key]]
        shown = [row for row in rows if set(row[1]) != {"-"}]
        for label, cells in shown[:MOST_SITES]:
            table.add_row(label, *cells)
        if hidden := len(rows) - len(shown[:MOST_SITES]):
            table.add_row(f"{hidden} more {name}{'s' if hidden > 1 else ''}", *("-" for _ in milestones))
    return table


def _cells(people: Mapping[str, Any], milestones: Sequence[str]) -> list[str]:
    return ["-" if isinstance(people[name], Mapping) else str(people[name]) for name in milestones]


def _laws(figures: Figures) -> RenderableType:
    table = _Titled(figures, "Doctor", "law", "checked", "holds", right=("checked",))
    for law in figures.laws:
        broken = Text(f"NO: {'; '.join(law.broken[:3])}", style="red") if law.broken else Text("yes", style="green")
        table.add_row(law.law, str(law.checked or "-"), broken)
    return table


def _checks(figures: Figures) -> RenderableType:
    table = _Titled(figures, "Checks", "what", "holds", "found")
    for check in figures.checks:
        table.add_row(check.what, Text("yes", style="green") if check.holds else Text("NO", style="red"), check.says)
    counts = Counter(check.holds for check in figures.checks)
    table.caption = f"{counts[True]} hold, {counts[False]} do not"
    return table
