"""Who looked at or changed what: rows inserted in the same `Work` as the act, chained and signed later by a sealer."""

import json
from collections.abc import Mapping

from services.chassis.work import Work

Detail = Mapping[str, str | int | bool | None]


async def audit(work: Work, act: str, subject: str, detail: Detail | None = None) -> None:
    """Record that this work's actor did `act` to `subject` (`lead:<id>`, `key:partner:openhand`), by the real clock.

    The row stands or falls with the act. `detail` names closed words and numbers only, never a person (S1).
    """
    await work.run(
        "insert into audit (actor, act, subject, scope, detail) values ($1, $2, $3, $4, $5::text::jsonb)",
        work.actor,
        act,
        subject,
        work.scope,
        json.dumps(dict(detail or {})),
    )
