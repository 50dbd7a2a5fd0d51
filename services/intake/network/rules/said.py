"""What the other services are told of the network: one fact a key, a pure function of all items in force.

Agreements and materials stay in intake. A route's fact carries the disclosure bases of its partner's agreement, so a
changed agreement changes the facts of its routes.
"""

from collections.abc import Iterable, Mapping, Sequence

from contracts.envelope import FactBody
from contracts.network.facts import (
    CalendarDefined,
    ClockRule,
    OpenHours,
    PartnerDefined,
    PolicyDefined,
    PoolDefined,
    RouteDefined,
    SiteDefined,
    SponsorDefined,
    StaffDefined,
    StudyDefined,
    StudySite,
)
from contracts.vocabulary import Basis
from services.intake.network.rules.items import (
    Agreement,
    AnyItem,
    Calendar,
    Partner,
    Policy,
    Pool,
    Route,
    Site,
    Sponsor,
    StaffMember,
    Study,
)


def facts_of(items: Iterable[AnyItem]) -> dict[str, FactBody]:
    """The fact of every item that others hear of, by stream key."""
    known = list(items)
    agreements = [item for item in known if isinstance(item, Agreement)]
    said = (_fact(item, agreements) for item in known)
    return {fact.key(): fact for fact in said if fact is not None}


def changed_facts(said: Mapping[str, str], now: Mapping[str, FactBody]) -> dict[str, FactBody]:
    """Facts that differ from what was last said of their keys (as JSON), in key order."""
    before = {key: type(fact).model_validate_json(said[key]) for key, fact in now.items() if key in said}
    return {key: now[key] for key in sorted(now) if before.get(key) != now[key]}


def _fact(item: AnyItem, agreements: Sequence[Agreement]) -> FactBody | None:
    match item:
        case Study() | Site() | Calendar() | Policy():
            return _setting(item)
        case Route():
            return _route(item, agreements)
        case StaffMember() | Pool() | Sponsor() | Partner():
            return _who(item)
    return None


def _setting(item: Study | Site | Calendar | Policy) -> FactBody:
    match item:
        case Study():
            return StudyDefined(
                study=item.id,
                code=item.code,
                sponsor=item.sponsor,
                policy=item.policy,
                priority=item.priority,
                recruiting=item.recruiting,
                sites=tuple(StudySite(site=one.site, recruiting=one.recruiting) for one in item.sites),
                declared_recruiting=item.declared_recruiting,
            )
        case Site():
            return SiteDefined(
                site=item.id, name=item.name, zone=item.zone, calendar=item.calendar, recruiting=item.recruiting
            )
        case Calendar():
            return CalendarDefined(
                calendar=item.id,
                hours=_week(item),
                holidays=tuple(sorted(set(item.holidays))),
                always_open=item.always_open,
            )
    rule = item.first_response
    return PolicyDefined(
        policy=item.id,
        first_response=ClockRule(target_seconds=rule.target, warn_seconds=rule.warn, breach_seconds=rule.breach),
    )


def _who(item: StaffMember | Pool | Sponsor | Partner) -> FactBody:
    match item:
        case StaffMember():
            return StaffDefined(
                staff=item.id,
                label=item.label,
                sites=item.sites,
                roles=item.roles,
                email=item.email,
                capacity=item.capacity,
                weight=item.weight,
            )
        case Pool():
            return PoolDefined(pool=item.id, site=item.site, members=item.members)
        case Sponsor():
            return SponsorDefined(sponsor=item.id, name=item.name)
    return PartnerDefined(partner=item.id, name=item.name)


def _route(route: Route, agreements: Sequence[Agreement]) -> RouteDefined:
    covering = [
        one
        for one in agreements
        if one.partner == route.partner and route.channel in one.channels and one.allowed(route.study)
    ]
    allowed = {basis for one in covering for basis in one.bases}
    return RouteDefined(
        route=route.id,
        partner=route.partner,
        study=route.study,
        site=route.site,
        channel=route.channel,
        source_tag=route.source_tag,
        state=route.state,
        pool=route.pool,
        owner=route.owner,
        backup=route.backup,
        bases=tuple(basis for basis in Basis if basis in allowed),
    )


def _week(calendar: Calendar) -> tuple[OpenHours, ...]:
    openings = {(day.number, one.opens, one.closes) for one in calendar.hours for day in one.days}
    return tuple(OpenHours(weekday=day, opens=opens, closes=closes) for day, opens, closes in sorted(openings))
