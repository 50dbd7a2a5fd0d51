"""A small network and the life of a lead, valid by default; one keyword per difference."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TypedDict
from uuid import UUID, uuid4

from contracts.envelope import FactBody
from contracts.leads.facts import (
    AttemptRecorded,
    DuplicateDecided,
    LeadClosed,
    LeadOpened,
    LeadWaiting,
    OwnerAssigned,
)
from contracts.network.facts import (
    CalendarDefined,
    ClockRule,
    OpenHours,
    PolicyDefined,
    SiteDefined,
    StaffDefined,
    StudyDefined,
    StudySite,
)
from contracts.vocabulary import (
    AssignReason,
    Channel,
    CloseGroup,
    CloseReason,
    ContactChannel,
    ContactResult,
    Direction,
    Priority,
    Recruiting,
    StaffRole,
    TokenKind,
    WaitingReason,
)

MONDAY = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""09:00 in New York"""

WEEKDAYS = tuple(OpenHours(weekday=day, opens="09:00", closes="17:00") for day in range(5))


def a_study(policy: str = "typical", study: str = "alder", code: str = "AL-204") -> StudyDefined:
    return StudyDefined(
        study=study,
        code=code,
        sponsor="northfield",
        policy=policy,
        priority=Priority.ROUTINE,
        recruiting=Recruiting.RECRUITING,
        sites=(StudySite(site="eastmere", recruiting=Recruiting.RECRUITING),),
    )


def a_site(calendar: str = "weekdays", site: str = "eastmere", zone: str = "America/New_York") -> SiteDefined:
    return SiteDefined(site=site, name=site.title(), zone=zone, calendar=calendar, recruiting=Recruiting.RECRUITING)


def a_policy(policy: str = "typical", target: int = 3600, warn: int = 10_800, breach: int = 14_400) -> PolicyDefined:
    rule = ClockRule(target_seconds=target, warn_seconds=warn, breach_seconds=breach)
    return PolicyDefined(policy=policy, first_response=rule)


def a_calendar(
    calendar: str = "weekdays",
    hours: Sequence[OpenHours] = WEEKDAYS,
    holidays: Sequence[date] = (),
    always_open: bool = False,
) -> CalendarDefined:
    return CalendarDefined(calendar=calendar, hours=tuple(hours), holidays=tuple(holidays), always_open=always_open)


def a_colleague(
    staff: str = "ines",
    sites: Sequence[str] = ("eastmere",),
    role: StaffRole = StaffRole.COORDINATOR,
    email: str | None = "",
) -> StaffDefined:
    """`email=None` is without an address; otherwise it is made from the name."""
    address = f"{staff}@sites.example" if email == "" else email
    return StaffDefined(staff=staff, label=staff.title(), sites=tuple(sites), roles=(role,), email=address)


def the_network(always_open: bool = False) -> list[FactBody]:
    """Alder at Eastmere: Ines and Otto coordinate, Leda leads the site."""
    return [
        a_calendar(always_open=always_open),
        a_policy(),
        a_site(),
        a_study(),
        a_colleague("ines"),
        a_colleague("otto"),
        a_colleague("leda", role=StaffRole.SITE_LEAD),
    ]


class _Whose(TypedDict):
    lead: str
    study: str
    site: str
    partner: str


class LeadLife:
    """One lead's facts, each with the four that every fact of a lead carries."""

    def __init__(self, lead: UUID | None = None, study: str = "alder", site: str = "eastmere") -> None:
        self.id = lead or uuid4()
        self._study, self._site = study, site

    @property
    def _whose(self) -> "_Whose":
        return {"lead": str(self.id), "study": self._study, "site": self._site, "partner": "openhand"}

    def opened(self, received_at: datetime = MONDAY) -> LeadOpened:
        return LeadOpened(
            **self._whose,
            route="openhand-alder-eastmere",
            channel=Channel.PARTNER_API,
            priority=Priority.ROUTINE,
            received_at=received_at,
        )

    def owned(self, owner: str = "ines", backup: str = "otto") -> OwnerAssigned:
        return OwnerAssigned(
            **self._whose,
            owner=owner,
            backup=backup,
            pool="eastmere",
            reason=AssignReason.LEAST_LOADED,
            load=1,
            capacity=40,
            candidates=2,
        )

    def waiting(self) -> LeadWaiting:
        return LeadWaiting(**self._whose, reason=WaitingReason.NO_CAPACITY)

    def attempted(self) -> AttemptRecorded:
        return AttemptRecorded(
            **self._whose,
            attempt=1,
            direction=Direction.OUT,
            channel=ContactChannel.PHONE,
            result=ContactResult.NO_ANSWER,
        )

    def duplicate(self, primary: UUID | None) -> DuplicateDecided:
        matched = (TokenKind.PHONE,) if primary else ()
        return DuplicateDecided(**self._whose, primary=str(primary) if primary else None, matched=matched)

    def closed(self) -> LeadClosed:
        return LeadClosed(**self._whose, reason=CloseReason.TOO_FAR, group=CloseGroup.PERSON)
