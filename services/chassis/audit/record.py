"""Rows inserted in the same `Work` as the act they tell of; the sealer chains and signs them later."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from services.chassis.work import Work

Detail = Mapping[str, str | int | bool | None]

_INSERT: Final = """
insert into audit (actor, act, subject, scope, detail)
select $1, $2, subject, $4, $5::text::jsonb from unnest($3::text[]) with ordinality as one(subject, n) order by n
"""


async def audit(work: Work, act: str, subject: str, detail: Detail | None = None) -> None:
    """Record that this work's actor did `act` to `subject` (`lead:<id>`, `key:partner:openhand`), by the real clock.

    The row stands or falls with the act. `detail` names closed words and numbers only, never a person (S1).
    """
    await audit_each(work, act, [subject], detail)


async def audit_each(work: Work, act: str, subjects: Sequence[str], detail: Detail | None = None) -> None:
    """The same for an act that touches several at once, in one statement: a row a subject."""
    if subjects:
        await work.run(_INSERT, work.actor, act, list(subjects), work.scope, json.dumps(dict(detail or {})))
