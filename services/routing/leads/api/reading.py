"""GET: the queue and one lead."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from contracts.network.facts import SiteDefined, StudyDefined
from services.chassis.http.problems import NotFound
from services.chassis.http.routes import Answer, Call, etag
from services.chassis.work import Work
from services.routing.leads.api.shown import end_of_day, row, whole
from services.routing.leads.rules.buckets import bucket_of, queue_order
from services.routing.leads.rules.lead import Lead
from services.routing.leads.storage.desk import COPIES
from services.routing.leads.storage.queue import duplicates_of, explanations, lead_as_it_is, open_leads

MOST: Final = 500
"""rows of one queue; a site has some hundred open leads"""


async def get_queue(call: Call[None]) -> Answer:
    """Open leads of the caller's sites by bucket, the most pressing first. `?owner=me`, `?tests=true`, `?bucket=`."""
    mine = call.query.get("owner") == "me"
    at = await call.work.read_time()
    tests = call.query.get("tests") == "true"
    leads = await open_leads(call.work, owner=call.caller.id if mine else None, tests=tests, limit=MOST)
    rows = await _shown(call.work, leads, at, call.caller.id)
    counts = Counter(str(shown["bucket"]) for shown in rows)
    wanted = call.query.get("bucket")
    if wanted is not None:
        rows = [shown for shown in rows if shown["bucket"] == wanted]
    return Answer(body={"at": at.isoformat(), "buckets": dict(counts), "leads": rows, "complete": len(leads) < MOST})


async def get_lead(call: Call[None]) -> Answer:
    """One lead of the caller's sites, with its ETag and why it has the owner it has."""
    lead = await lead_as_it_is(call.work, call.uuid("lead"))
    if lead is None:
        raise NotFound
    return await answer_with(call, lead)


async def answer_with(call: Call[Any], lead: Lead) -> Answer:
    """A lead as it now is, with its version as ETag."""
    at = await call.work.read_time()
    shown = (await _shown(call.work, [lead], at, call.caller.id))[0]
    return Answer(body=whole(lead, shown, await explanations(call.work, lead.id)), headers={"ETag": etag(lead.version)})


async def _shown(work: Work, leads: Sequence[Lead], at: datetime, caller: str) -> list[dict[str, Any]]:
    known = await COPIES.present(
        work, {f"site/{lead.site}" for lead in leads} | {f"study/{lead.study}" for lead in leads}
    )
    zones = {body.site: body.zone for body in known.values() if isinstance(body, SiteDefined)}
    codes = {body.study: body.code for body in known.values() if isinstance(body, StudyDefined)}
    under = await duplicates_of(work, [lead.id for lead in leads])
    ordered = sorted(leads, key=lambda lead: _place(lead, zones, at))
    return [
        row(
            lead,
            zone=zones.get(lead.site, "UTC"),
            at=at,
            caller=caller,
            study_code=codes.get(lead.study, lead.study),
            duplicates=under.get(lead.id, 0),
        )
        for lead in ordered
    ]


def _place(lead: Lead, zones: Mapping[str, str], at: datetime) -> tuple[int, bool, datetime, datetime, str]:
    bucket = bucket_of(lead, today_ends=end_of_day(zones.get(lead.site, "UTC"), at))
    return queue_order(lead, bucket)
