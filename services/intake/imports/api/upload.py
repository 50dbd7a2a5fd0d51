"""A file on its way in: looked at, sealed piece by piece, and known by the HMAC of its bytes."""

import codecs
import hmac
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from services.chassis.crypto.keystore import DataKey
from services.chassis.http.problems import Invalid, NotFound, Pointer, Problem
from services.chassis.http.routes import Answer, Call, Upload
from services.chassis.work import Work
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.imports.api.shown import ImportShown
from services.intake.imports.rules.content import MARK, not_text
from services.intake.imports.rules.header import Layout, Misfit, layout_of
from services.intake.imports.rules.mapping import ColumnMapping
from services.intake.imports.storage import files
from services.intake.imports.storage.sealed import PIECE, seal_piece
from services.intake.network.storage import offers

SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}


class Received(BaseModel):
    """A file that is here, every byte of it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: UUID
    mark: bytes
    layout: Layout
    starts: int
    size: int
    pieces: int


@dataclass(slots=True)
class _Coming:
    """What is known of a file so far."""

    id: UUID
    key: DataKey
    partner: str
    mapping: ColumnMapping
    separator: str | None
    digest: Any
    decoder: codecs.IncrementalDecoder
    size: int = 0
    pieces: int = 0
    starts: int = 0
    layout: Layout | None = None
    held: bytearray = field(default_factory=bytearray)


async def keep(keys: VaultKeys, upload: Upload) -> Received:
    """Seal the pieces as they come; nothing of a file stays that breaks off or is none of rows.

    Raises:
        Problem: 415 by its first bytes, 422 naming what does not fit.
    """
    coming = await _begin(keys, upload)
    try:
        async for piece in upload.pieces:
            coming.held += piece
            while len(coming.held) > PIECE:
                await _seal(upload, coming, PIECE, last=False)
        await _seal(upload, coming, len(coming.held), last=True)
    except BaseException:
        await keys.destroy(coming.key.id)
        await upload.run(lambda work: files.discard(work, coming.id))
        raise
    assert coming.layout is not None
    return Received(
        id=coming.id,
        mark=coming.digest.digest(),
        layout=coming.layout,
        starts=coming.starts,
        size=coming.size,
        pieces=coming.pieces,
    )


async def finish(call: Call[Received]) -> Answer:
    """202: its rows will be checked, which is the dry run."""
    body = call.body
    await files.received(
        call.work, body.id, body.mark, body.layout, starts=body.starts, size=body.size, pieces=body.pieces
    )
    one = await files.one_import(call.work, body.id)
    if one is None:
        raise NotFound
    return Answer(202, ImportShown.of(one), {"location": f"/intake/v1/imports/{body.id}"})


async def _begin(keys: VaultKeys, upload: Upload) -> _Coming:
    route, name, separator = _asked(upload)
    key, id, partner = await keys.take(), uuid4(), upload.identity.id
    found: list[ColumnMapping] = []

    async def begin(work: Work) -> None:
        mapping = await files.mapping_named(work, partner, name)
        if mapping is None:
            raise Invalid(("/mapping", "is not a mapping of yours"))
        offer = (await offers(work, {route}, await work.take_time())).get(route)
        if offer is None or offer.route.partner != partner:
            raise Problem(422, "route_unknown", "There is no such route for you", pointers=(("/route", "is unknown"),))
        if not await files.begin(work, id, key.id, partner, route, name, mapping):
            raise Problem(429, "too_many_files", "Delete a file, or wait for one to end", headers={"retry-after": "60"})
        found[:] = [mapping]

    try:
        await upload.run(begin)
    except BaseException:
        await keys.destroy(key.id)
        raise
    pepper = upload.parts.keys.pepper(files.PURPOSE, files.PEPPER)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    return _Coming(id, key, partner, found[0], separator, hmac.new(pepper.secret, digestmod="sha256"), decoder)


def _asked(upload: Upload) -> tuple[str, str, str | None]:
    query = dict(upload.query)
    route, name, separator = (query.pop(each, None) for each in ("route", "mapping", "separator"))
    faults: list[Pointer] = []
    if query:
        faults.append(("", "takes route, mapping and separator"))
    faults += [(f"/{each}", "is required") for each, given in (("route", route), ("mapping", name)) if not given]
    if separator is not None and separator not in SEPARATORS:
        faults.append(("/separator", "must be comma, semicolon or tab"))
    if faults or route is None or name is None:
        raise Invalid(*faults)
    return route, name, SEPARATORS[separator] if separator else None


async def _seal(upload: Upload, coming: _Coming, size: int, *, last: bool) -> None:
    plain = bytes(coming.held[:size])
    del coming.held[:size]
    coming.digest.update(plain)
    if coming.pieces == 0 and (says := not_text(plain[:1024])):
        raise Problem(415, "media_type_unsupported", detail=says)
    _decode(coming, plain, last=last)
    if coming.pieces == 0:
        _begin_rows(coming, plain)
    n, sealed = coming.pieces, seal_piece(coming.key, coming.id, coming.pieces, plain)
    await upload.run(lambda work: files.add_piece(work, coming.id, coming.partner, n, sealed))
    coming.pieces, coming.size = n + 1, coming.size + size


def _decode(coming: _Coming, plain: bytes, *, last: bool) -> None:
    try:
        coming.decoder.decode(plain, last)
        return
    except UnicodeDecodeError:
        pass
    raise Problem(415, "encoding_unsupported", "It is not UTF-8", detail="Save it as CSV in UTF-8 and send it again")


def _begin_rows(coming: _Coming, plain: bytes) -> None:
    """The first line says how the others are read."""
    skipped = len(MARK) if plain.startswith(MARK) else 0
    lines = plain[skipped:].splitlines(keepends=True)
    if not lines or not lines[0].strip():
        raise Invalid(("", "has no header line"))
    layout = layout_of(lines[0].decode("utf-8", "replace"), coming.mapping, coming.separator)
    if isinstance(layout, Misfit):
        faults = [(f"/fields/{one}", "names a column that is not in the file") for one in layout.missing]
        faults += [(f"/fields/{one}", "names a column that is there more than once") for one in layout.twice]
        raise Invalid(*(faults or [("", "has a first line that is no header")]), code="header_invalid")
    coming.layout, coming.starts = layout, skipped + len(lines[0])
