"""A partner's own route as it stands: what may be sent, which words to use, what is left, what changes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from services.intake.network.rules.items import Agreement, Material
from services.intake.network.rules.offer import Offer
from services.intake.network.rules.words import ReferralField
from services.intake.routes.rules import allowed_fields, grace_ends, running

NOTICE_DAYS: Final = (2, 14)
"""Days before an end at which a partner is told of it, the nearest first."""


class Ends(StrEnum):
    """What a partner is told of beforehand."""

    MATERIAL = "material_ends"
    AGREEMENT = "agreement_ends"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something ends; `days` is the last of `NOTICE_DAYS` that was reached."""

    what: Ends
    at: datetime
    days: int


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """Everything a partner needs to know before it sends somebody."""

    offer: Offer
    running: tuple[Agreement, ...]
    """the agreements in force"""
    fields: frozenset[ReferralField]
    material: Material | None
    """the version in force; None where nothing may be sent until there is one"""
    still_taken: tuple[tuple[Material, datetime], ...]
    """superseded versions and until when each is taken"""
    left: int
    """referrals this week may still bring"""
    next_change: datetime | None
    notices: tuple[Notice, ...]


def own_route(offer: Offer, taken: int, coming: Mapping[str, datetime], at: datetime) -> OwnRoute:
    """The route at `at`. `taken`: this week's; `coming`: when items change next, by `kind/id`."""
    agreements = running(offer, at)
    material = next((one for one in reversed(offer.materials) if one.in_force(at)), None)
    ends = endings(offer, at)
    changes = [*ends.values(), *(coming[key] for key in named(offer) if key in coming)]
    return OwnRoute(
        offer=offer,
        running=tuple(agreements),
        fields=allowed_fields(offer, agreements),
        material=material,
        still_taken=tuple(_still_taken(offer, material, at)),
        left=max(0, offer.route.weekly_max - taken),
        next_change=min(changes, default=None),
        notices=notices(ends, at),
    )


def named(offer: Offer) -> tuple[str, ...]:
    """The items whose next change is the route's, by `kind/id`."""
    agreements = (one.key for one in _covering(offer))
    return (offer.route.key, f"{Material.kind}/{offer.route.material}", *agreements)


def endings(offer: Offer, at: datetime) -> dict[Ends, datetime]:
    """What ends after `at`, and when: the newest material in force retires, the last agreement in force runs out."""
    found: dict[Ends, datetime] = {}
    material = next((one for one in reversed(offer.materials) if one.in_force(at)), None)
    if material is not None and material.retire_at is not None:
        found[Ends.MATERIAL] = material.retire_at
    if (last := _last_day(offer, at)) is not None:
        found[Ends.AGREEMENT] = last
    return found


def notices(ends: Mapping[Ends, datetime], at: datetime) -> tuple[Notice, ...]:
    """Those to be told now, the earliest end first."""
    due = [
        Notice(what, end, next(days for days in NOTICE_DAYS if end - at <= timedelta(days=days)))
        for what, end in ends.items()
        if at < end <= at + timedelta(days=max(NOTICE_DAYS))
    ]
    return tuple(sorted(due, key=lambda notice: (notice.at, notice.what)))


def _covering(offer: Offer) -> list[Agreement]:
    """The partner's agreements for this channel and study, whatever day they are for."""
    route = offer.route
    return [one for one in offer.agreements if route.channel in one.channels and one.allowed(route.study)]


def _last_day(offer: Offer, at: datetime) -> datetime | None:
    """The end, at the site, of the last day on which one agreement after the other runs; None: no end is known."""
    day = _day(offer, at)
    if not any(one.runs(day) for one in _covering(offer)):
        return None
    while (now := [one for one in _covering(offer) if one.runs(day)]) != []:
        if any(one.valid_until is None for one in now):
            return None
        day = max(one.valid_until for one in now if one.valid_until is not None) + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(offer.site.zone))


def _still_taken(offer: Offer, current: Material | None, at: datetime) -> list[tuple[Material, datetime]]:
    found = []
    for one in offer.materials:
        newer = [
            other.effective_from for other in offer.materials if other.version > one.version and other.in_force(at)
        ]
        if one is not current and one.in_force(at) and newer:
            until = grace_ends(min(newer), offer.site.zone)
            until = until if one.retire_at is None else min(until, one.retire_at)
            if at < until:
                found.append((one, until))
    return found


def _day(offer: Offer, at: datetime) -> date:
    return at.astimezone(ZoneInfo(offer.site.zone)).date()
