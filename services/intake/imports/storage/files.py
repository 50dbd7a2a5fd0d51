"""The tables of mappings and imports: one row a file, its sealed pieces, and one row a row for the report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from services.chassis.work import Work
from services.intake.imports.rules.header import Layout
from services.intake.imports.rules.mapping import ColumnMapping
from services.intake.imports.rules.row import Fault, Outcome, Result
from services.intake.imports.rules.state import Event, Phase, State, moved

PURPOSE: Final = "import_file"
"""The pepper under which a file is known by its bytes."""

PEPPER: Final = 1
"""Never rotated, like the one of idempotency keys: under a new one a file sent again would refer everybody again."""

OPEN: Final = 20
"""Files of one partner that may lie here at once."""

_LAYOUT: Final = TypeAdapter(Layout)

_COLUMNS: Final = (
    "id, partner, route, mapping, fields::text as fields, layout::text as layout, state, file_mark, key_id, bytes, "
    "pieces, starts, position, last_row, problem, problem_row, checked::text as checked, imported::text as imported, "
    "created_at, ended_at, destroy_at, destroyed_at"
)


@dataclass(frozen=True, slots=True)
class Import:
    """One file and how far it has come."""

    id: UUID
    partner: str
    route: str
    mapping: str
    fields: ColumnMapping
    layout: Layout | None
    """None until every byte is here"""
    state: State
    file_mark: bytes | None
    """keyed HMAC of the file's bytes"""
    key_id: UUID
    bytes: int
    pieces: int
    starts: int
    """offset of the first row below the header"""
    position: int
    last_row: int
    """of what is being done now: where the next row begins, and the number of the one before"""
    problem: str | None
    problem_row: int | None
    checked: Mapping[str, int]
    imported: Mapping[str, int]
    created_at: datetime
    ended_at: datetime | None
    destroy_at: datetime | None
    destroyed_at: datetime | None


async def save_mapping(work: Work, partner: str, name: str, mapping: ColumnMapping) -> None:
    """Keep a mapping under its name, in place of an earlier one; imports under way keep the one they began with."""
    await work.run(
        "insert into import_mapping (partner, name, fields) values ($1, $2, $3::text::jsonb) "
        "on conflict (partner, name) do update set fields = excluded.fields, saved_at = clock_timestamp()",
        partner,
        name,
        mapping.model_dump_json(exclude_none=True),
    )


async def mapping_named(work: Work, partner: str, name: str) -> ColumnMapping | None:
    """A partner's mapping."""
    body = await work.value("select fields::text from import_mapping where partner = $1 and name = $2", partner, name)
    return None if body is None else ColumnMapping.model_validate_json(body)


async def begin(work: Work, id: UUID, key_id: UUID, partner: str, route: str, name: str, to: ColumnMapping) -> bool:
    """A file begins to come; given up after an hour. False: too many files of this partner lie here."""
    held = await work.value("select count(*) from file_import where partner = $1 and destroyed_at is null", partner)
    if held >= OPEN:
        return False
    await work.run(
        "insert into file_import (id, partner, route, mapping, fields, state, key_id, destroy_at) "
        "values ($1, $2, $3, $4, $5::text::jsonb, $6, $7, baton_now() + interval '1 hour')",
        id,
        partner,
        route,
        name,
        to.model_dump_json(exclude_none=True),
        State.RECEIVING,
        key_id,
    )
    return True


async def add_piece(work: Work, id: UUID, partner: str, n: int, sealed: bytes) -> None:
    """One sealed piece of a file."""
    await work.run(
        "insert into import_piece (import, n, partner, sealed) values ($1, $2, $3, $4)", id, n, partner, sealed
    )


async def discard(work: Work, id: UUID) -> None:
    """Take a file away that did not come whole, or is none of rows."""
    await work.run("delete from import_piece where import = $1", id)
    await work.run("delete from file_import where id = $1", id)


async def received(work: Work, id: UUID, mark: bytes, layout: Layout, *, starts: int, size: int, pieces: int) -> None:
    """Every byte is here: its rows may be checked; kept a day unless it is started."""
    await work.run(
        "update file_import set state = $2, file_mark = $3, layout = $4::text::jsonb, starts = $5, position = $5, "
        "bytes = $6, pieces = $7, last_row = 1, destroy_at = baton_now() + interval '24 hours' "
        "where id = $1 and state = 'receiving'",
        id,
        State.UPLOADED,
        mark,
        _LAYOUT.dump_json(layout).decode(),
        starts,
        size,
        pieces,
    )


async def one_import(work: Work, id: UUID, *, lock: str = "") -> Import | None:
    """An import this work may see; `lock` is `for update`, with `skip locked` or without."""
    row = await work.one(f"select {_COLUMNS} from file_import where id = $1 {lock}", id)  # noqa: S608 - our own words
    return None if row is None else _import(dict(row))


async def newest(work: Work, partner: str, most: int) -> list[Import]:
    """A partner's imports, the newest first."""
    rows = await work.fetch(
        f"select {_COLUMNS} from file_import where partner = $1 and state <> 'receiving' "  # noqa: S608 - our own words
        "order by id desc limit $2",
        partner,
        most,
    )
    return [_import(dict(row)) for row in rows]


async def to_work_on(work: Work, most: int) -> list[tuple[UUID, str]]:
    """Imports with rows to be done, and whose; the one that waits longest first."""
    rows = await work.fetch(
        "select id, partner from file_import where state in ('uploaded', 'running') order by touched_at limit $1", most
    )
    return [(row["id"], row["partner"]) for row in rows]


async def sealed_pieces(work: Work, id: UUID, first: int, count: int) -> list[bytes]:
    """Some pieces of a file, in order."""
    rows = await work.fetch(
        "select sealed from import_piece where import = $1 and n >= $2 and n < $3 order by n", id, first, first + count
    )
    return [bytes(row["sealed"]) for row in rows]


async def advance(work: Work, one: Import, phase: Phase, results: Sequence[Result], position: int, row: int) -> None:
    """What became of some rows, and where the next begins: in the transaction of their effects."""
    counts = dict(one.checked if phase is Phase.CHECK else one.imported)
    for result in results:
        counts[result.outcome] = counts.get(result.outcome, 0) + 1
    column = "checked" if phase is Phase.CHECK else "imported"
    if results:
        await work.run(_REPORT, one.id, phase, one.partner, *_report_columns(results))
    await work.run(
        f"update file_import set position = $2, last_row = $3, {column} = $4::text::jsonb, "  # noqa: S608 - one of two
        "touched_at = clock_timestamp() where id = $1",
        one.id,
        position,
        row,
        json.dumps(counts),
    )


async def move(work: Work, one: Import, event: Event, *, problem: str | None = None, row: int | None = None) -> bool:
    """Move a locked import on; False where that does not happen in its state."""
    state = moved(one.state, event)
    if state is None:
        return False
    await work.run(_MOVE, one.id, state, problem, row)
    return True


_MOVE: Final = """
update file_import set state = $2, problem = $3, problem_row = $4, touched_at = clock_timestamp(),
  position = case when $2 = 'running' then starts else position end,
  last_row = case when $2 = 'running' then 1 else last_row end,
  ended_at = case when $2 in ('done', 'cancelled', 'failed') then baton_now() end,
  destroy_at = case when $2 = 'running' then null else baton_now() + interval '24 hours' end
where id = $1
"""
"""While it runs its file is not taken away; a day after that it is."""

_REPORT: Final = """
insert into import_row (import, phase, partner, row, outcome, code, faults, lead, retry_after)
select $1, $2, $3, row, outcome, code, faults::jsonb, lead::uuid, retry_after
from unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])
  as t(row, outcome, code, faults, lead, retry_after)
"""


def _report_columns(results: Sequence[Result]) -> list[list[object]]:
    rows = [
        (
            one.row,
            one.outcome,
            one.code,
            json.dumps([[fault.field, fault.says] for fault in one.faults]) if one.faults else None,
            one.lead,
            one.retry_after,
        )
        for one in results
    ]
    return [list(column) for column in zip(*rows, strict=True)]


async def report(work: Work, id: UUID, phase: Phase, after: int, most: int, outcome: Outcome | None) -> list[Result]:
    """What became of the rows after a number, in order."""
    rows = await work.fetch(
        "select row, outcome, code, faults::text as faults, lead::text as lead, retry_after from import_row "
        "where import = $1 and phase = $2 and row > $3 and ($5::text is null or outcome = $5) order by row limit $4",
        id,
        phase,
        after,
        most,
        outcome,
    )
    return [
        Result(
            row["row"],
            Outcome(row["outcome"]),
            row["code"],
            tuple(Fault(field, says) for field, says in json.loads(row["faults"] or "[]")),
            row["lead"],
            row["retry_after"],
        )
        for row in rows
    ]


def _import(row: dict[str, Any]) -> Import:
    return Import(
        **row
        | {
            "fields": ColumnMapping.model_validate_json(row["fields"]),
            "layout": None if row["layout"] is None else _LAYOUT.validate_json(row["layout"]),
            "state": State(row["state"]),
            "checked": json.loads(row["checked"]),
            "imported": json.loads(row["imported"]),
        }
    )
