"""Cells that a spreadsheet shows and never computes."""

from typing import Final

_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full width is read too


def neutral(cell: str) -> str:
    """A cell as text: one that would be a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS) or cell.startswith(_BEGINS) else cell
