"""The sample network's items."""

from datetime import date
from typing import Final

from contracts.envelope import FactBody
from contracts.examples.said import Example, said
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
from contracts.vocabulary import Basis, Channel, Priority, Recruiting, RouteState, StaffRole


def _applied(name: str, body: FactBody) -> Example:
    return said(name, body, actor="operator:main", caused=False)


_WEEK = tuple(OpenHours(weekday=day, opens="08:30", closes="17:00") for day in range(5))

NETWORK_EXAMPLES: Final = (
    _applied(
        "alder",
        StudyDefined(
            study="alder",
            code="AL-204",
            sponsor="northfield",
            policy="typical",
            priority=Priority.ROUTINE,
            recruiting=Recruiting.RECRUITING,
            sites=(
                StudySite(site="eastmere", recruiting=Recruiting.RECRUITING),
                StudySite(site="port-callow", recruiting=Recruiting.PAUSED),
                StudySite(site="stillbrook", recruiting=Recruiting.RECRUITING),
            ),
        ),
    ),
    _applied(
        "record-run-as-recruiting",
        StudyDefined(
            study="nct02210780",
            code="NCT02210780",
            sponsor="sponsor-of-nct02210780",
            policy="urgent",
            priority=Priority.URGENT,
            recruiting=Recruiting.RECRUITING,
            sites=(),
            declared_recruiting=True,
        ),
    ),
    _applied(
        "eastmere",
        SiteDefined(
            site="eastmere",
            name="Eastmere",
            zone="America/New_York",
            calendar="weekdays",
            recruiting=Recruiting.RECRUITING,
        ),
    ),
    _applied("northfield", SponsorDefined(sponsor="northfield", name="Northfield")),
    _applied("openhand", PartnerDefined(partner="openhand", name="Openhand Registry")),
    _applied(
        "openhand-alder-eastmere",
        RouteDefined(
            route="openhand-alder-eastmere",
            partner="openhand",
            study="alder",
            site="eastmere",
            channel=Channel.PARTNER_API,
            source_tag="autumn-newsletter",
            state=RouteState.LIVE,
            pool="eastmere-coordinators",
            owner="ines",
            backup="tomas",
            bases=(Basis.SELF_REFERRED, Basis.AGREEMENT_DOCUMENTED),
        ),
    ),
    _applied(
        "eastmere-coordinators",
        PoolDefined(pool="eastmere-coordinators", site="eastmere", members=("ines", "tomas", "marit")),
    ),
    _applied(
        "ines",
        StaffDefined(
            staff="ines",
            label="Ines, Eastmere",
            sites=("eastmere",),
            roles=(StaffRole.COORDINATOR,),
            email="ines@eastmere.example",
            capacity=40,
            weight=50,
        ),
    ),
    _applied(
        "without-address",
        StaffDefined(staff="rolf", label="Rolf, network", sites=(), roles=(StaffRole.NETWORK_MANAGER,)),
    ),
    _applied(
        "typical",
        PolicyDefined(
            policy="typical",
            first_response=ClockRule(target_seconds=3600, warn_seconds=10800, breach_seconds=14400),
        ),
    ),
    _applied(
        "weekdays",
        CalendarDefined(calendar="weekdays", hours=_WEEK, holidays=(date(2026, 11, 26), date(2026, 12, 25))),
    ),
    _applied("always-open", CalendarDefined(calendar="always-open", hours=(), always_open=True)),
)
