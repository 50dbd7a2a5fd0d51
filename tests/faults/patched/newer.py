"""`python -m tests.faults.patched.newer ...`: the launcher of the next release, which says more than today's knows.

Every fact it says carries a field nobody here has heard of, and beside some facts about a lead it says one of a type
that may be ignored. Today's release runs beside it, before it and after it (P15).
"""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Final
from uuid import UUID

from contracts.envelope import Fact, FactBody
from contracts.envelope import body_bytes as written
from contracts.says import PLAIN, RTE, SLA, says
from contracts.shapes import LeadId
from contracts.streams import ALERTS, LEADS
from services.chassis import work as work_
from services.chassis.work import Work
from tests.faults.patched.patching import patch

FIELD: Final = "said_since"
"""the added field; a number"""

_EVERY: Final = 4
"""A lead of so many gets the new type beside whatever is said of it."""


class LeadNoticed(FactBody, stream=LEADS, key="lead", ignorable=True):
    """What the next release says on `leads`."""

    lead: Annotated[LeadId, says("names the lead", by=RTE, data=PLAIN)]


class AlertNoticed(FactBody, stream=ALERTS, key="lead", ignorable=True):
    """What the next release says on `alerts`."""

    lead: Annotated[LeadId, says("names the lead", by=SLA, data=PLAIN)]


NEW_TYPES: Final[dict[str, type[FactBody]]] = {"leads": LeadNoticed, "alerts": AlertNoticed}


def plant() -> None:
    """Add the field to every body that is written, and say the new type beside others."""
    emit_ = Work.emit

    def body_bytes(body: FactBody) -> bytes:
        return json.dumps(json.loads(written(body)) | {FIELD: 2}).encode()

    def emit(
        self: Work,
        bodies: FactBody | Iterable[FactBody],
        *,
        cause: Fact[Any] | None = None,
        is_test: bool | None = None,
        traceparent: str | None = None,
    ) -> None:
        said = [bodies] if isinstance(bodies, FactBody) else list(bodies)
        with_new = [more for body in said for more in (body, *_beside(body))]
        emit_(self, with_new, cause=cause, is_test=is_test, traceparent=traceparent)

    patch(work_, "body_bytes", body_bytes)
    patch(Work, "emit", emit)


def _beside(body: FactBody) -> list[FactBody]:
    new = NEW_TYPES.get(type(body).stream.name)
    if new is None or UUID(body.key()).int % _EVERY:
        return []
    return [new.model_validate({"lead": body.key()})]


if __name__ == "__main__":
    from tests.faults.patched.__main__ import main

    plant()
    main()
