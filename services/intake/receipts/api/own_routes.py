"""`GET /intake/v1/routes`: what a partner may send on each of its routes, and what is about to change (R1, R11)."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from contracts.envelope import Moment
from contracts.shapes import Code, Label, Language, Slug, Wording
from contracts.vocabulary import Basis, Channel, RouteState
from services.chassis.http.routes import Answer, Call
from services.intake.network.rules.items import Agreement, Material, SixParts
from services.intake.network.rules.words import ReferralField
from services.intake.receipts.rules.own_route import Ends, OwnRoute
from services.intake.receipts.storage.own_routes import own_routes
from services.intake.referrals.rules.week import next_week


class Quota(BaseModel):
    """A route's weekly maximum; weeks begin on Monday, UTC. Test referrals take no place."""

    weekly_max: int
    left: Annotated[int, Field(ge=0)]
    until: Moment


class Words(BaseModel):
    """The material in force: name it as `material` in a referral."""

    material: Wording
    version: int
    language: Language
    parts: SixParts | None = None
    permission_wording: str | None = None
    note: Label | None = None
    effective_from: Moment
    retire_at: Moment | None = None


class StillTaken(BaseModel):
    """A superseded version, and until when a referral may still name it."""

    material: Wording
    until: Moment


class EndNotice(BaseModel):
    """Something ends in `days` days or less."""

    notice: Ends
    at: Moment
    days: int


class RouteShown(BaseModel):
    """One of the caller's own routes."""

    route: Slug
    study: Slug
    site: Slug
    channel: Channel
    source_tag: Code
    state: RouteState
    allowed_fields: tuple[ReferralField, ...]
    bases: tuple[Basis, ...]
    quota: Quota
    material: Words | None = None
    still_taken: tuple[StillTaken, ...] = ()
    next_change: Moment | None = None
    notices: tuple[EndNotice, ...] = ()


class RoutesShown(BaseModel):
    """All of them, by id."""

    routes: tuple[RouteShown, ...]


async def get_routes(call: Call[None]) -> Answer:
    """The caller's own routes."""
    at = await call.work.read_time()
    week_ends = next_week(at)
    shown = [
        _shown(one, Quota(weekly_max=one.offer.route.weekly_max, left=one.left, until=week_ends))
        for one in await own_routes(call.work, call.caller.id)
    ]
    return Answer(body={"routes": [_plain(one) for one in shown]})


def _shown(one: OwnRoute, quota: Quota) -> RouteShown:
    route = one.offer.route
    return RouteShown(
        route=route.id,
        study=route.study,
        site=route.site,
        channel=route.channel,
        source_tag=route.source_tag,
        state=route.state,
        allowed_fields=tuple(sorted(one.fields)),
        bases=_bases(one.running),
        quota=quota,
        material=_words(one.material) if one.material else None,
        still_taken=tuple(StillTaken(material=words.stored_id, until=until) for words, until in one.still_taken),
        next_change=one.next_change,
        notices=tuple(EndNotice(notice=told.what, at=told.at, days=told.days) for told in one.notices),
    )


def _words(one: Material) -> Words:
    return Words(
        material=one.stored_id,
        version=one.version,
        language=one.language,
        parts=one.parts,
        permission_wording=one.permission_wording,
        note=one.note,
        effective_from=one.effective_from,
        retire_at=one.retire_at,
    )


def _bases(running: tuple[Agreement, ...]) -> tuple[Basis, ...]:
    allowed = {basis for one in running for basis in one.bases}
    return tuple(basis for basis in Basis if basis in allowed)


def _plain(shown: RouteShown) -> dict[str, Any]:
    return shown.model_dump(mode="json", exclude_none=True)
