"""Tables on a terminal and in a pipe: a key is never cut short, since the next command needs it whole."""

from collections.abc import Sequence
from typing import Final

_WIDE: Final = 250
"""Columns where nobody looks at a screen."""


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """Print rows under their columns, or the sentence `empty` where there are none."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console.width = _WIDE
    if not rows:
        console.print(empty, highlight=False, markup=False)
        return
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
