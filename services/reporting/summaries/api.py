"""GET /reports/v1/studies/{study}/summary: how a study's referrals move, for its sponsor (R55-R59, R64, R70)."""

from datetime import datetime
from typing import Final

from contracts.envelope import rfc3339
from contracts.network.facts import PartnerDefined, RouteDefined, SiteDefined, StudyDefined
from contracts.streams import ALERTS, LEADS, PARTITIONS, REFERRALS
from services.chassis.auth.identity import Identity
from services.chassis.consume.heard_rows import counted
from services.chassis.copies import Copies
from services.chassis.http.problems import NotFound
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.work import NOBODY, Work
from services.reporting.measures.storage import tallies
from services.reporting.summaries.rules import Json, by_word, first_response, movement

COPIES: Final = Copies()


def routes() -> tuple[Route, ...]:
    """What sponsors may ask."""
    return (
        Route(
            "GET",
            "/reports/v1/studies/{study}/summary",
            get_summary,
            frozenset({"sponsor"}),
            "counts of the caller's own studies",
            "How a study's referrals move, small counts withheld",
        ),
    )


async def scope_of(work: Work, identity: Identity) -> str:
    """A sponsor sees the studies it pays for; everybody else nothing here yet."""
    if identity.kind != "sponsor":
        return NOBODY
    studies = (await COPIES.of_kind(work, "study")).values()
    own = (study.study for study in studies if isinstance(study, StudyDefined) and study.sponsor == identity.id)
    return " ".join(f"study/{study}" for study in sorted(own))


async def get_summary(call: Call[None]) -> Answer:
    """One study of the caller's; any other is not there (S2)."""
    study = call.path["study"]
    known = (await COPIES.present(call.work, [f"study/{study}"])).get(f"study/{study}")
    if not isinstance(known, StudyDefined) or f"study/{study}" not in call.work.scope.split():
        raise NotFound
    cells = await tallies(call.work, study)
    sites, partners = await _names(call.work, known)
    about = await _about(call.work, known)
    moved = movement(cells, sites=sites, partners=partners)
    return Answer(body={**about, "movement": moved, "first_response": first_response(cells), **by_word(cells)})


async def _about(work: Work, study: StudyDefined) -> Json:
    complete, held = await _complete_up_to(work)
    about: Json = {
        "study": study.study,
        "study_code": study.code,
        "complete_up_to": rfc3339(complete) if complete else None,
        "incomplete_keys": held,
        "counts": "people",
        "withheld_under": 11,
    }
    return {**about, "declared_recruiting": True} if study.declared_recruiting else about


async def _names(work: Work, study: StudyDefined) -> tuple[dict[str, str], dict[str, str]]:
    """The study's sites, and the partners with a route for it, by id."""
    found = (await COPIES.present(work, {f"site/{one.site}" for one in study.sites})).values()
    sites = {one.site: one.site for one in study.sites} | {b.site: b.name for b in found if isinstance(b, SiteDefined)}
    routes_ = (await COPIES.of_kind(work, "route")).values()
    own = {route.partner for route in routes_ if isinstance(route, RouteDefined) and route.study == study.study}
    named = (await COPIES.present(work, {f"partner/{partner}" for partner in own})).values()
    partners = {name: name for name in own} | {b.partner: b.name for b in named if isinstance(b, PartnerDefined)}
    return sites, partners


async def _complete_up_to(work: Work) -> tuple[datetime | None, int]:
    """The earliest watermark that counts, None before all partitions were heard; and how many keys are held back."""
    heard = [one for stream in (REFERRALS, LEADS, ALERTS) for one in (await counted(work, stream.name)).values()]
    times = [one.at for one in heard if one.at is not None]
    parked = int(await work.value("select count(distinct (stream, key)) from parked"))
    complete = min(times) if len(times) == 3 * PARTITIONS else None
    return complete, parked + sum(one.held_count for one in heard)
