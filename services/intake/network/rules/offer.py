"""Everything a door must know to judge one referral, as it is in force at one moment."""

from dataclasses import dataclass

from services.intake.network.rules.items import Agreement, Material, Route, Site, Study


@dataclass(frozen=True, slots=True)
class Offer:
    """A route with what it refers to."""

    route: Route
    study: Study
    site: Site
    agreements: tuple[Agreement, ...]
    """all of the route's partner, whatever day they are for"""
    materials: tuple[Material, ...]
    """every version of the route's material that has taken effect, the newest last"""
