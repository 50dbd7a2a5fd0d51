"""An import and its report as a partner sees them: numbers, codes, field names, lead ids; no value of any row."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final, Self
from uuid import UUID

from pydantic import BaseModel

from contracts.envelope import Moment
from services.intake.imports.rules.cell import neutral
from services.intake.imports.rules.row import Fault, Outcome, Result
from services.intake.imports.rules.state import State
from services.intake.imports.storage.files import Import


class Counts(BaseModel):
    """How many rows came to what. Empty lines are no rows."""

    done: int
    accepted: int
    refused: int
    wrong: int
    later: int

    @classmethod
    def of(cls, counted: Mapping[str, int]) -> Self:
        """From the numbers that are stored."""
        by = {outcome.value: counted.get(outcome, 0) for outcome in Outcome}
        return cls(done=sum(by.values()), **by)


class ImportShown(BaseModel):
    """One file, and how far it has come."""

    id: UUID
    state: State
    route: str
    mapping: str
    bytes: int
    created_at: Moment
    separator: str
    not_read: tuple[str, ...]
    """columns of the file that no field of the mapping names: nothing of them is read, stored or repeated"""
    dry_run: Counts
    progress: Counts
    problem: str | None = None
    """what is wrong with the file as a whole"""
    problem_row: int | None = None
    ended_at: Moment | None = None
    file_until: Moment | None = None
    """when the file is destroyed, or was; none while it runs"""
    file_destroyed: bool

    @classmethod
    def of(cls, one: Import) -> Self:
        """From what is stored."""
        return cls(
            id=one.id,
            state=one.state,
            route=one.route,
            mapping=one.mapping,
            bytes=one.bytes,
            created_at=one.created_at,
            separator=one.layout.separator if one.layout else "",
            not_read=one.layout.not_read if one.layout else (),
            dry_run=Counts.of(one.checked),
            progress=Counts.of(one.imported),
            problem=one.problem,
            problem_row=one.problem_row,
            ended_at=one.ended_at,
            file_until=one.destroyed_at or one.destroy_at,
            file_destroyed=one.destroyed_at is not None,
        )


class Imports(BaseModel):
    """The newest files of a partner."""

    imports: tuple[ImportShown, ...]


class FaultShown(BaseModel):
    """What is wrong with a row."""

    field: str | None = None
    """as the mapping calls it; none: the row as a whole"""
    says: str


class RowShown(BaseModel):
    """What became of one row."""

    row: int
    """as a spreadsheet counts: the header is row 1"""
    outcome: Outcome
    code: str | None = None
    errors: tuple[FaultShown, ...] = ()
    lead: str | None = None
    retry_after: int | None = None
    """seconds"""

    @classmethod
    def of(cls, one: Result) -> Self:
        """From what is stored."""
        errors = tuple(FaultShown(field=fault.field, says=fault.says) for fault in one.faults)
        return cls(
            row=one.row, outcome=one.outcome, code=one.code, errors=errors, lead=one.lead, retry_after=one.retry_after
        )


class Report(BaseModel):
    """Some rows in their order, and where the next page begins."""

    rows: tuple[RowShown, ...]
    after: int | None = None
    """give this as `after` for the next page; none: this was the last"""


_HEADER: Final = ("row", "outcome", "code", "field", "says", "lead", "retry_after")


def as_csv(results: Sequence[Result]) -> bytes:
    """One line a fault (a row without any has one), RFC 4180, cells safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for one in results:
        for fault in one.faults or (Fault(None, ""),):
            cells = (one.row, one.outcome, one.code, fault.field, fault.says, one.lead, one.retry_after)
            writer.writerow([neutral("" if cell is None else str(cell)) for cell in cells])
    return out.getvalue().encode()
