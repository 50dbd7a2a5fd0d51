"""Rows through the same code as the JSON door, and its answers as outcomes of rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.chassis.auth.identity import Identity
from services.chassis.http.documents import canonical, parse_json
from services.chassis.http.idempotency import Once, Stored
from services.chassis.http.problems import Problem
from services.chassis.http.routes import Answer, Call
from services.chassis.http.together import Outcome as Answered
from services.chassis.http.together import each_once
from services.chassis.http.validation import valid_body
from services.chassis.service import Parts
from services.chassis.work import Work
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.imports.rules.lines import Row
from services.intake.imports.rules.row import Fault, Outcome, Result, body_of, fault_at
from services.intake.imports.storage.files import Import
from services.intake.referrals.api.receive import receive, rehearse
from services.intake.referrals.rules.referral import Referral

ACCEPTED: Final = 202
LATER: Final = 429
SUPERSEDED: Final = "superseded_material"
"""On an accepted row: a newer version of its material is in force; this one is taken for a few days more."""


class Busy(Exception):
    """Somebody else is at one of these rows right now: the same file is being imported twice."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A row that is a referral."""

    row: int
    referral: Referral
    request: bytes = field(repr=False)
    """what makes it the same row as one of an earlier file"""


def read_row(one: Import, row: Row) -> Asking | Result | None:
    """A row as a referral, or what is wrong with it; None for an empty line."""
    assert one.layout is not None
    if row.cells is None:
        return Result(row.number, Outcome.WRONG, "row_malformed", (Fault(None, row.fault or ""),))
    if not any(cell.strip() for cell in row.cells):
        return None
    if len(row.cells) != one.layout.width:
        says = "has more cells than the header" if len(row.cells) > one.layout.width else "has fewer cells"
        return Result(row.number, Outcome.WRONG, "row_shape", (Fault(None, says),))
    body = body_of(row.cells, one.layout, one.fields.constants, one.route)
    try:
        raw = json.dumps(body).encode()
        document = parse_json(raw)
        return Asking(row.number, valid_body(Referral, raw), canonical(["CSV", document]))
    except Problem as problem:
        return result_of(row.number, problem)


def result_of(row: int, answered: Answer | Stored | Problem | None) -> Result:
    """An answer of the door as the outcome of a row; None: it would be taken in."""
    if answered is None:
        return Result(row, Outcome.ACCEPTED)
    if isinstance(answered, Problem):
        faults = tuple(dict.fromkeys(fault_at(pointer, says) for pointer, says in answered.pointers))
        wait = answered.headers.get("retry-after")
        outcome = Outcome.LATER if answered.status == LATER else Outcome.WRONG
        return Result(row, outcome, answered.code, faults, retry_after=int(wait) if wait else None)
    body = json.loads(answered.body) if isinstance(answered, Stored) else dict(_mapping(answered.body))
    if answered.status == ACCEPTED:
        return Result(row, Outcome.ACCEPTED, SUPERSEDED if body.get("superseded_material") else None, lead=body["lead"])
    faults = tuple(dict.fromkeys(fault_at(one["pointer"], one["detail"]) for one in body.get("errors", ())))
    return Result(row, Outcome.REFUSED, body["code"], faults)


async def checked(work: Work, parts: Parts, one: Import, asking: Sequence[Asking]) -> list[Result]:
    """The dry run: what the door would say."""
    calls = [_call(work, parts, one, each, None) for each in asking]
    answers = await rehearse(calls) if calls else []
    return [_without_lead(result_of(each.row, answer)) for each, answer in zip(asking, answers, strict=True)]


async def taken_in(work: Work, parts: Parts, keys: VaultKeys, one: Import, asking: Sequence[Asking]) -> list[Result]:
    """The import: each row under the key of its file and number, so that it is done once in 400 days.

    Raises:
        Busy: one of the keys is held by somebody else.
    """
    if not asking:
        return []
    onces = [_once(parts, one, each) for each in asking]

    async def run(fresh: Mapping[int, str | None]) -> Sequence[Answer | Problem]:
        return await receive(
            keys, [_call(work, parts, one, asking[n], before) for n, before in fresh.items()], ahead=True
        )

    answers: Sequence[Answered] = await each_once(work, onces, run)
    if None in answers:
        raise Busy
    return [result_of(each.row, answer) for each, answer in zip(asking, answers, strict=True)]


def _once(parts: Parts, one: Import, each: Asking) -> Once:
    # No header can say this key: it has a NUL in it.
    assert one.file_mark is not None
    return Once.of(parts.keys, _who(one), f"file\0{one.file_mark.hex()}\0{each.row}", each.request)


def _call(work: Work, parts: Parts, one: Import, each: Asking, refused_before: str | None) -> Call[Any]:
    return Call(work, Identity("partner", one.partner), each.referral, {}, {}, None, refused_before, parts)


def _who(one: Import) -> str:
    return str(Identity("partner", one.partner))


def _without_lead(result: Result) -> Result:
    """A dry run tells no lead: what was referred before is accepted again, and that is all."""
    return Result(result.row, result.outcome, result.code, result.faults, None, result.retry_after)


def _mapping(body: object) -> Mapping[str, Any]:
    assert isinstance(body, Mapping)
    return body
