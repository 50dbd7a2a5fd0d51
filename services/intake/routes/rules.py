"""Is this referral admitted on its route, at this moment? The first rule that does not hold names the refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.vocabulary import Basis, Recruiting, Refusal, RouteState
from services.intake.network.rules.items import Agreement, Material, Study
from services.intake.network.rules.offer import Offer
from services.intake.network.rules.words import ReferralField

GRACE_DAYS: Final = 5
"""Working days (Monday to Friday, at the site) in which a superseded version is still taken, flagged."""

NOT_ANOTHER_STUDY: Final = "is not the study of this route"


@dataclass(frozen=True, slots=True)
class Asks:
    """What a referral says that its route must allow."""

    partner: str
    study: str
    material: tuple[str, int] | None
    basis: Basis | None
    has_permission: bool
    fields: frozenset[ReferralField]


@dataclass(frozen=True, slots=True)
class Admitted:
    """The referral may come in; `is_test` because its route is being tested (R21)."""

    offer: Offer
    material: Material
    superseded: bool
    is_test: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not. A field code (`field_*`) is the sender's slip and no fact; every other one is (delivery.md)."""

    code: Refusal
    pointers: tuple[tuple[str, str], ...]
    """where in the body to look, and what is wrong there"""
    offer: Offer | None = None
    """the route, when it is one of this partner's"""

    @property
    def is_test(self) -> bool:
        """Whether the refusal happened on a route that is being tested."""
        return self.offer is not None and self.offer.route.state is RouteState.TESTING


def admit(asks: Asks, offer: Offer | None, at: datetime) -> Admitted | Refused:
    """Judge one referral against its route; another partner's route does not exist for it (S2)."""
    if offer is None or offer.route.partner != asks.partner:
        return Refused(Refusal.ROUTE_UNKNOWN, (("/route", "is not a route of yours"),))
    if asks.study != offer.route.study:
        return Refused(Refusal.FIELD_INVALID, (("/study", NOT_ANOTHER_STUDY),), offer)
    agreements = running(offer, at)
    if offer.route.state not in (RouteState.LIVE, RouteState.TESTING) or not agreements:
        return Refused(Refusal.ROUTE_NOT_LIVE, (("/route", "is not open"),), offer)
    if not _recruits(offer):
        return Refused(Refusal.STUDY_NOT_RECRUITING, (("/route", "its study or site takes nobody now"),), offer)
    judged = _material(asks.material, offer, at)
    if isinstance(judged, Refused):
        return judged
    if not asks.has_permission:
        return Refused(Refusal.PERMISSION_MISSING, (("/permission", "names no channel the person permits"),), offer)
    if asks.basis is None or not any(asks.basis in one.bases for one in agreements):
        return Refused(Refusal.BASIS_MISSING, (("/disclosure_basis", "is not one of this route's"),), offer)
    if more := sorted(asks.fields - allowed_fields(offer, agreements)):
        says = "is not among the fields agreed for this route"
        return Refused(Refusal.FIELD_NOT_ALLOWED, tuple((pointer_of(field), says) for field in more), offer)
    material, superseded = judged
    return Admitted(offer, material, superseded, is_test=offer.route.state is RouteState.TESTING)


def allowed_fields(offer: Offer, agreements: Sequence[Agreement]) -> frozenset[ReferralField]:
    """What the agreements allow for the study, narrowed by the route (R11)."""
    agreed = frozenset[ReferralField]().union(*(one.allowed(offer.route.study) for one in agreements))
    return agreed if offer.route.allowed_fields is None else agreed & frozenset(offer.route.allowed_fields)


def grace_ends(superseded_at: datetime, zone: str) -> datetime:
    """When a version superseded at that moment stops being taken: five working days later, same local time.

    A weekend counts from the Monday after it.
    """
    local = superseded_at.astimezone(ZoneInfo(zone))
    to_monday = 7 - local.weekday() if local.weekday() >= GRACE_DAYS else 0
    if to_monday:
        local = datetime.combine(local.date() + timedelta(days=to_monday), time(), local.tzinfo)
    return local + timedelta(days=7)  # five working days are always one week on


def pointer_of(field: ReferralField) -> str:
    """Where a field of the allow-list stands in the body."""
    outside = (ReferralField.CONTACT_IS, ReferralField.STATED_INTEREST)
    return f"/{field}" if field in outside else f"/person/{field}"


def running(offer: Offer, at: datetime) -> list[Agreement]:
    """The partner's agreements in force on this day at the site, for this channel and study."""
    day = at.astimezone(ZoneInfo(offer.site.zone)).date()
    return [
        one
        for one in offer.agreements
        if one.runs(day) and offer.route.channel in one.channels and one.allowed(offer.route.study)
    ]


def _recruits(offer: Offer) -> bool:
    """Study, site, and the study at this site: each must say so, or somebody would be called for nothing."""
    here = _here(offer.study, offer.site.id)
    return all(word is Recruiting.RECRUITING for word in (offer.study.recruiting, offer.site.recruiting, here))


def _here(study: Study, site: str) -> Recruiting | None:
    return next((one.recruiting for one in study.sites if one.site == site), None)


def _material(named: tuple[str, int] | None, offer: Offer, at: datetime) -> tuple[Material, bool] | Refused:
    """The version the partner used and whether a newer one is in force (R1)."""
    version = next((one for one in offer.materials if named == (one.id, one.version)), None)
    if version is None:
        return Refused(Refusal.MATERIAL_MISSING, (("/material", "is not the effective material of this route"),), offer)
    if version.withdrawn:
        return Refused(Refusal.MATERIAL_WITHDRAWN, (("/material", "was withdrawn"),), offer)
    newer = [one.effective_from for one in offer.materials if one.version > version.version and one.in_force(at)]
    if version.over(at) or (newer and grace_ends(min(newer), offer.site.zone) <= at):
        return Refused(
            Refusal.MATERIAL_OUTDATED, (("/material", "was replaced, has retired, or its approval has run out"),), offer
        )
    return version, bool(newer)
