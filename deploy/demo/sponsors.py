"""Sponsors reading their studies' summaries, and what must never be in one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deploy.demo.client import Baton, ok

SMALL: Final = range(1, 11)
"""Counts of people nobody outside may read (R64, S3)."""


@dataclass(frozen=True)
class Summary:
    """One study's summary as its sponsor gets it."""

    study: str
    body: Mapping[str, Any]

    @property
    def withheld(self) -> int:
        """Cells that say "withheld"."""
        return sum(isinstance(cell, Mapping) and "withheld" in cell for _, cell in cells(self.body))

    @property
    def shown(self) -> int:
        """Cells with a number."""
        return sum(isinstance(cell, int) for _, cell in cells(self.body))

    @property
    def small(self) -> list[str]:
        """Where a small count is shown; nothing is the law."""
        return [path for path, cell in cells(self.body) if isinstance(cell, int) and cell in SMALL]


async def read_summary(baton: Baton, sponsor: str, key: str, study: str) -> Summary | None:
    """The summary, None while reporting has not heard of the study."""
    token = await baton.token(f"sponsor:{sponsor}", key)
    answer = await baton.ask("GET", f"/reports/v1/studies/{study}/summary", bearer=token)
    return None if answer.status_code == 404 else Summary(study, ok(answer))


_COUNTS: Final = frozenset({"people", "by_reason", "by_kind", "alerts", "first_response"})
"""Names below which whole numbers are counts of people or of what happened to them."""


def cells(body: Mapping[str, Any], path: str = "", *, counted: bool = False) -> Iterator[tuple[str, Any]]:
    """Every cell of a summary that is, or would be, a count, with its path."""
    for name, value in body.items():
        here, inside = f"{path}/{name}", counted or name in _COUNTS
        if isinstance(value, list):
            for row in value:
                yield from cells(row, f"{here}/{row.get('key', '')}", counted=inside)
        elif isinstance(value, Mapping) and "withheld" not in value:
            yield from cells(value, here, counted=inside)
        elif inside and not isinstance(value, str | bool):
            yield here, value
