"""What the doors take and answer."""

from collections.abc import Mapping
from typing import Any, Final

from services.chassis.auth.identity import Kind, is_slug
from services.chassis.http.bodies import CSV
from services.chassis.http.problems import Invalid, NotFound, Problem
from services.chassis.http.routes import Answer, Call, FileBody, Route, Upload
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.imports.api.shown import Imports, ImportShown, Report, RowShown, as_csv
from services.intake.imports.api.upload import Received, finish, keep
from services.intake.imports.rules.mapping import EXAMPLE, ColumnMapping
from services.intake.imports.rules.row import Outcome
from services.intake.imports.rules.state import ENDED, Event, Phase, State
from services.intake.imports.storage import ended, files
from services.intake.imports.storage.files import Import

MAPPING: Final = "/intake/v1/import-mappings/{mapping}"
IMPORTS: Final = "/intake/v1/imports"
IMPORT: Final = f"{IMPORTS}/{{import}}"

CODES: Final = (
    "encoding_unsupported", "header_invalid", "not_in_this_state", "route_unknown", "too_many_files",
)  # fmt: skip
"""Problems of these doors, besides the chassis' own."""

FILE_LIMIT: Final = 512 * 1024 * 1024
"""Bytes of one file: a million rows with a column of notes that nobody reads."""

_PAGE: Final = 1_000
_CSV_PAGE: Final = 20_000
_NEWEST: Final = 50

_SENT: Final = {
    "route": "which of your routes the people come on",
    "mapping": "the name of a saved mapping",
    "separator": "comma, semicolon or tab; found out where it is not said",
}
_PAGED: Final = {
    "phase": "check, the dry run, or import",
    "after": "go on behind this row",
    "outcome": "only these: accepted, refused, wrong, later",
}

_SERVES: Final = frozenset[Kind]({"partner"})
_WHOSE: Final = "the calling partner's own mappings, files and reports"


def import_routes(keys: VaultKeys) -> tuple[Route, ...]:
    """Mappings, upload, dry run, start, progress, report, cancel, delete."""

    async def kept(upload: Upload) -> Received:
        return await keep(keys, upload)

    return (
        _route(
            "PUT", MAPPING, put_mapping, "Save which column feeds which field, under a name",
            takes=ColumnMapping, answers=ColumnMapping, examples={"a clinic's list": EXAMPLE},
        ),
        _route("GET", MAPPING, get_mapping, "A saved mapping", answers=ColumnMapping),
        _route(
            "POST", IMPORTS, finish, "Send a file of rows; its dry run begins by itself",
            file=FileBody(CSV, kept), limit=FILE_LIMIT, answers=ImportShown, door=True, status=202, also=(429,),
            asks=_SENT,
        ),
        _route("GET", IMPORTS, list_imports, "The newest files", answers=Imports),
        _route("GET", IMPORT, get_import, "How far a file has come", answers=ImportShown),
        _moves("POST", f"{IMPORT}/start", start, "Refer the rows of a file that was checked"),
        _moves("POST", f"{IMPORT}/cancel", cancel, "Stop; what was referred stays referred"),
        _moves("DELETE", f"{IMPORT}/file", delete_file, "Destroy the file; stops its import"),
        _route("GET", f"{IMPORT}/rows", get_rows, "What became of each row, in pages", answers=Report, asks=_PAGED),
        _route("GET", f"{IMPORT}/rows.csv", get_rows_csv, "The same as CSV", gives=CSV, asks=_PAGED),
    )  # fmt: skip


def _route(method: str, path: str, run: Any, summary: str, **more: Any) -> Route:
    return Route(method, path, run, _SERVES, _WHOSE, summary, **more)


def _moves(method: str, path: str, run: Any, summary: str) -> Route:
    """409 in a state in which it is not done."""
    return _route(method, path, run, summary, answers=ImportShown, also=(409,))


async def put_mapping(call: Call[ColumnMapping]) -> Answer:
    """The mapping as it is kept."""
    name = call.path["mapping"]
    if not is_slug(name):
        raise Invalid(("", "needs a name of a-z, 0-9 and dashes, up to 60"))
    await files.save_mapping(call.work, call.caller.id, name, call.body)
    return Answer(body=call.body.model_dump(mode="json", exclude_none=True))


async def get_mapping(call: Call[None]) -> Answer:
    """The mapping under this name."""
    mapping = await files.mapping_named(call.work, call.caller.id, call.path["mapping"])
    if mapping is None:
        raise NotFound
    return Answer(body=mapping.model_dump(mode="json", exclude_none=True))


async def list_imports(call: Call[None]) -> Answer:
    """The newest fifty."""
    found = await files.newest(call.work, call.caller.id, _NEWEST)
    return Answer(body=Imports(imports=tuple(ImportShown.of(one) for one in found)))


async def get_import(call: Call[None]) -> Answer:
    """State, counts, and what is not read."""
    return Answer(body=ImportShown.of(await _mine(call)))


async def start(call: Call[None]) -> Answer:
    """The rows are referred from now on; once started, again is the same."""
    return await _moved(call, Event.START)


async def cancel(call: Call[None]) -> Answer:
    """No further row is looked at."""
    return await _moved(call, Event.CANCEL)


async def delete_file(call: Call[None]) -> Answer:
    """Its pieces go now, its key as soon as the ticker looks (5 s)."""
    one = await _mine(call, lock="for update")
    if one.state not in ENDED and not await files.move(call.work, one, Event.CANCEL):
        raise _not_now()
    await ended.take_away(call.work, one.id)
    return Answer(body=ImportShown.of(await _mine(call)))


async def get_rows(call: Call[None]) -> Answer:
    """A page of the report of the dry run or of the import."""
    results = await files.report(call.work, (await _mine(call)).id, *_page(call.query, _PAGE))
    after = results[-1].row if len(results) == _PAGE else None
    report = Report(rows=tuple(RowShown.of(one) for one in results), after=after)
    return Answer(body=report.model_dump(mode="json", exclude_none=True))


async def get_rows_csv(call: Call[None]) -> Answer:
    """A page as CSV; a `Link` header leads to the next (RFC 8288)."""
    one = await _mine(call)
    phase, after, most, outcome = _page(call.query, _CSV_PAGE)
    results = await files.report(call.work, one.id, phase, after, most, outcome)
    headers = {"content-type": "text/csv; charset=utf-8; header=present", "content-disposition": "attachment"}
    if len(results) == most:
        more = f"&outcome={outcome}" if outcome else ""
        url = f"{IMPORTS}/{one.id}/rows.csv?phase={phase}&after={results[-1].row}{more}"
        headers["link"] = f'<{url}>; rel="next"'
    return Answer(content=as_csv(results), headers=headers)


_AFTER: Final = {Event.START: State.RUNNING, Event.CANCEL: State.CANCELLED}
"""Asking for what is so already is answered with it."""


async def _moved(call: Call[None], event: Event) -> Answer:
    one = await _mine(call, lock="for update")
    if one.state is not _AFTER[event] and not await files.move(call.work, one, event):
        raise _not_now()
    return Answer(body=ImportShown.of(await _mine(call)))


def _not_now() -> Problem:
    return Problem(409, "not_in_this_state", "This is not done in the state it is in")


async def _mine(call: Call[None], lock: str = "") -> Import:
    one = await files.one_import(call.work, call.uuid("import"), lock=lock)
    if one is None:
        raise NotFound
    return one


def _page(query: Mapping[str, str], most: int) -> tuple[Phase, int, int, Outcome | None]:
    after, phase, outcome = query.get("after", "0"), query.get("phase", "import"), query.get("outcome")
    faults = []
    if not (after.isascii() and after.isdecimal() and len(after) <= 9):
        faults.append(("/after", "must be a whole number"))
    if phase not in tuple(Phase):
        faults.append(("/phase", "must be check or import"))
    if outcome is not None and outcome not in tuple(Outcome):
        faults.append(("/outcome", "is not one of the known values"))
    if faults:
        raise Invalid(*faults)
    return Phase(phase), int(after), most, Outcome(outcome) if outcome else None
