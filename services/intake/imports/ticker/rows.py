"""The rows of one file, slice by slice: outcomes, effects and the place where the next slice begins commit together.

So a process may be killed anywhere: the next one goes on where the last commit left off.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.chassis.crypto.keystore import KeyGone, NoFreshKey
from services.chassis.crypto.vault import CannotOpen
from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.http.problems import Apart, Problem
from services.chassis.service import Parts
from services.chassis.telemetry.logs import get_logger
from services.chassis.work import Work
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.imports.rules.lines import Endless, Row, rows
from services.intake.imports.rules.row import Fault, Outcome, Result
from services.intake.imports.rules.state import PHASES, Event, Phase
from services.intake.imports.storage import files
from services.intake.imports.storage.files import Import
from services.intake.imports.storage.sealed import PIECE, NotFetched, opened
from services.intake.imports.ticker.judged import Asking, Busy, checked, read_row, result_of, taken_in

log = get_logger("imports")

SLICE: Final = 500
"""Rows of one transaction."""

MOST_ROWS: Final = 1_048_576
"""Rows of one file, the header with them: what a spreadsheet holds."""

_AT_HAND: Final = 2
_MANY: Final = 20
"""Pieces read for a slice; more, where not one row ends in those. A row that ends in none of these ends the import."""

_LOOKED_AT: Final = 5


@dataclass(slots=True)
class _Slice:
    """Some rows in their order, and where the next begins."""

    position: int
    row: int
    over: bool = False
    """there is no row after these"""
    problem: str | None = None
    """what is wrong with the file after these rows"""
    asking: list[Asking] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)


class RowWork:
    """The chore that checks and works off rows; remembers how large a slice a troubled file bears."""

    def __init__(self, parts: Parts, keys: VaultKeys) -> None:
        self._parts = parts
        self._keys = keys
        self._most: dict[UUID, int] = {}

    async def bit(self, database: Database) -> int:
        """One slice of the import that waits longest and that nobody else is at."""
        async with database.work("system:intake") as work:
            waiting = await files.to_work_on(work, _LOOKED_AT)
        for id, partner in waiting:
            if done := await self._slice(database, id, partner):
                return done
        return 0

    async def _slice(self, database: Database, id: UUID, partner: str) -> int:
        """Anything that goes wrong with several rows is tried with fewer, until one row is left with its fault."""
        most = self._most.get(id, SLICE)
        try:
            done = await self._run(database, id, partner, most, None)
        except (Busy, NoFreshKey):
            return 0
        except (KeyGone, CannotOpen):
            return await self._fail(database, id, partner, "file_gone")
        except Exception as error:
            if is_transient(error) or (most == 1 and isinstance(error, Apart)):
                raise
            if most == 1:
                return await self._alone(database, id, partner, error)
            self._most[id] = max(1, most // 8)
            return 1
        if most < SLICE:
            self._most[id] = min(SLICE, most * 2)
        return done

    async def _alone(self, database: Database, id: UUID, partner: str, error: Exception) -> int:
        """One row is given up with its fault; where not even that can be written, the import is."""
        try:
            return await self._run(database, id, partner, 1, error)
        except Exception as again:
            if is_transient(again):
                raise
            log.error("an import failed", room="imports", exc_info=again)
            return await self._fail(database, id, partner, "unexpected")

    async def _run(self, database: Database, id: UUID, partner: str, most: int, error: Exception | None) -> int:
        async def do(work: Work) -> int:
            one = await files.one_import(work, id, lock="for update skip locked")
            phase = PHASES.get(one.state) if one else None
            if one is None or phase is None:
                self._most.pop(id, None)
                return 0
            return await self._within(work, one, phase, most, error)

        return await database.run(do, actor=f"partner:{partner}", scope=f"partner/{partner}")

    async def _within(self, work: Work, one: Import, phase: Phase, most: int, error: Exception | None) -> int:
        part = await self._read(work, one, phase, most)
        if error is not None:
            results = [*part.results, *(_given_up(each, error) for each in part.asking)]
        elif phase is Phase.CHECK:
            results = part.results + await checked(work, self._parts, one, part.asking)
        else:
            results = part.results + await taken_in(work, self._parts, self._keys, one, part.asking)
        await files.advance(work, one, phase, results, part.position, part.row)
        if part.problem:
            await files.move(work, one, Event.FAIL, problem=part.problem, row=part.row + 1)
        elif part.over:
            await files.move(work, one, Event.LAST_ROW)
        return max(1, part.row - one.last_row)

    async def _read(self, work: Work, one: Import, phase: Phase, most: int) -> _Slice:
        key = await self._keys.unwrap(one.key_id)
        first = one.position // PIECE
        part = _Slice(one.position, one.last_row)
        for count in (_AT_HAND, _MANY):
            sealed = await files.sealed_pieces(work, one.id, first, count)
            pieces = opened(key, one.id, sealed, at=one.position, last=first + count >= one.pieces)
            assert one.layout is not None
            following = rows(pieces, one.layout.separator, start=one.position, number=one.last_row + 1)
            part = _Slice(one.position, one.last_row)
            try:
                _fill(part, one, phase, following, most)
            except NotFetched:
                if part.row > one.last_row:
                    return part
            except Endless:
                part.problem = "row_endless"
                return part
            else:
                return part
        part.problem = "row_endless"
        return part

    async def _fail(self, database: Database, id: UUID, partner: str, problem: str) -> int:
        async def do(work: Work) -> int:
            one = await files.one_import(work, id, lock="for update skip locked")
            return int(one is not None and await files.move(work, one, Event.FAIL, problem=problem))

        return await database.run(do, actor=f"partner:{partner}", scope=f"partner/{partner}")


def _fill(part: _Slice, one: Import, phase: Phase, following: Iterator[Row], most: int) -> None:
    """Take rows until there are enough, or one that cannot be done beside another of this slice."""
    ids: set[str] = set()
    for row in following:
        if row.number > MOST_ROWS:
            part.problem = "too_many_rows"
            return
        read = read_row(one, row)
        if isinstance(read, Asking):
            if phase is Phase.IMPORT and read.referral.external_id in ids:
                return
            ids.add(read.referral.external_id)
            part.asking.append(read)
        elif read is not None:
            part.results.append(read)
        part.position, part.row = row.ends, row.number
        if part.row - one.last_row >= most:
            return
    part.over = True


def _given_up(each: Asking, error: Exception) -> Result:
    """One row that cannot be done: its own answer, or a fault of ours that spoils no other row."""
    if isinstance(error, Problem):
        return result_of(each.row, error)
    log.error("a row of a file failed", room="imports", exc_info=error)
    return Result(each.row, Outcome.WRONG, "unexpected", (Fault(None, "something went wrong on our side"),))
