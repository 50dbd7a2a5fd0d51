"""Who takes part: studies, sites, partners, routes, staff, policies, calendars. Each fact is the whole state."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import FactBody
from contracts.says import INT, PLAIN, STAFF_ADDRESS, says
from contracts.shapes import Code, Label, LocalTime, Slug, StaffMail, Zone
from contracts.streams import NETWORK
from contracts.vocabulary import Basis, Channel, Priority, Recruiting, RouteState, StaffRole


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Network(FactBody):
    """A set-up item; its stream key is `kind/id`."""

    def key(self) -> str:
        """`kind/id`, e.g. `study/alder`."""
        return f"{self.key_field}/{getattr(self, self.key_field)}"


class StudySite(_Part):
    """One site of a study; its word overrides the study's."""

    site: Annotated[Slug, says("which site", by=INT, data=PLAIN)]
    recruiting: Annotated[Recruiting, says("whether this site takes people for it", by=INT, data=PLAIN)]


class StudyDefined(_Network, stream=NETWORK, key="study"):
    """A study and the sites that run it."""

    study: Annotated[Slug, says("names the study", by=INT, data=PLAIN)]
    code: Annotated[Code, says("what staff call it, and all that a mail subject may show", by=INT, data=PLAIN)]
    sponsor: Annotated[Slug, says("who may see its reports", by=INT, data=PLAIN)]
    policy: Annotated[Slug, says("which clocks run", by=INT, data=PLAIN)]
    priority: Annotated[Priority, says("orders the queue", by=INT, data=PLAIN)]
    recruiting: Annotated[Recruiting, says("whether it takes people", by=INT, data=PLAIN)]
    sites: Annotated[tuple[StudySite, ...], says("where it runs", by=INT, data=PLAIN)]
    declared_recruiting: Annotated[
        bool, says("its record says otherwise; shown on every output", by=INT, data=PLAIN)
    ] = False


class SiteDefined(_Network, stream=NETWORK, key="site"):
    """A research site."""

    site: Annotated[Slug, says("names the site", by=INT, data=PLAIN)]
    name: Annotated[Label, says("what people call it", by=INT, data=PLAIN)]
    zone: Annotated[Zone, says("IANA time zone its clocks run in", by=INT, data=PLAIN)]
    calendar: Annotated[Slug, says("when it is open", by=INT, data=PLAIN)]
    recruiting: Annotated[Recruiting, says("whether it takes people at all", by=INT, data=PLAIN)]


class SponsorDefined(_Network, stream=NETWORK, key="sponsor"):
    """Who pays for a study and reads its reports."""

    sponsor: Annotated[Slug, says("names the sponsor", by=INT, data=PLAIN)]
    name: Annotated[Label, says("what people call it", by=INT, data=PLAIN)]


class PartnerDefined(_Network, stream=NETWORK, key="partner"):
    """Who refers people."""

    partner: Annotated[Slug, says("names the partner", by=INT, data=PLAIN)]
    name: Annotated[Label, says("what people call it", by=INT, data=PLAIN)]


class RouteDefined(_Network, stream=NETWORK, key="route"):
    """Partner x study x site x channel, with the people who answer for it (R12, R13, R15)."""

    route: Annotated[Slug, says("names the route", by=INT, data=PLAIN)]
    partner: Annotated[Slug, says("credits the source", by=INT, data=PLAIN)]
    study: Annotated[Slug, says("what its people are interested in", by=INT, data=PLAIN)]
    site: Annotated[Slug, says("whose desk its leads reach", by=INT, data=PLAIN)]
    channel: Annotated[Channel, says("how its people come", by=INT, data=PLAIN)]
    source_tag: Annotated[Code, says("tells campaigns of one partner apart", by=INT, data=PLAIN)]
    state: Annotated[RouteState, says("whether it may bring people", by=INT, data=PLAIN)]
    pool: Annotated[Slug, says("who may own its leads", by=INT, data=PLAIN)]
    owner: Annotated[Slug, says("who answers for it first", by=INT, data=PLAIN)]
    backup: Annotated[Slug, says("who steps in; never the owner", by=INT, data=PLAIN)]
    bases: Annotated[tuple[Basis, ...], says("why its partner may pass people on", by=INT, data=PLAIN)]


class PoolDefined(_Network, stream=NETWORK, key="pool"):
    """Staff of one site who share leads."""

    pool: Annotated[Slug, says("names the pool", by=INT, data=PLAIN)]
    site: Annotated[Slug, says("whose staff they are", by=INT, data=PLAIN)]
    members: Annotated[tuple[Slug, ...], says("who may own leads", by=INT, data=PLAIN)]


class StaffDefined(_Network, stream=NETWORK, key="staff"):
    """A staff member: where, in what role, how many leads at once, where alerts go."""

    staff: Annotated[Slug, says("names the staff member", by=INT, data=PLAIN)]
    label: Annotated[Label, says("what colleagues call them: given name and site", by=INT, data=PLAIN)]
    sites: Annotated[tuple[Slug, ...], says("whose leads they may see", by=INT, data=PLAIN)]
    roles: Annotated[tuple[StaffRole, ...], says("what they may do", by=INT, data=PLAIN)]
    email: Annotated[StaffMail | None, says("where alerts go", by=INT, data=STAFF_ADDRESS)] = None
    capacity: Annotated[int, Field(ge=0), says("open leads at once, hard", by=INT, data=PLAIN)] = 40
    weight: Annotated[int, Field(ge=1, le=100), says("share of full time, per cent", by=INT, data=PLAIN)] = 100


class ClockRule(_Part):
    """One clock of a policy; all times are business seconds from its start."""

    target_seconds: Annotated[int, Field(gt=0), says("what is measured", by=INT, data=PLAIN)]
    warn_seconds: Annotated[int, Field(gt=0), says("when the owner is warned", by=INT, data=PLAIN)]
    breach_seconds: Annotated[int, Field(gt=0), says("when it is missed", by=INT, data=PLAIN)]


class PolicyDefined(_Network, stream=NETWORK, key="policy"):
    """Targets of a study (R43)."""

    policy: Annotated[Slug, says("names the policy", by=INT, data=PLAIN)]
    first_response: Annotated[ClockRule, says("time to the first outreach", by=INT, data=PLAIN)]


class OpenHours(_Part):
    """One opening of a week: `weekday` 0 is Monday; local times `HH:MM`, the end after the start, 24:00 allowed."""

    weekday: Annotated[int, Field(ge=0, le=6), says("day of the week", by=INT, data=PLAIN)]
    opens: Annotated[LocalTime, says("local opening time", by=INT, data=PLAIN)]
    closes: Annotated[LocalTime, says("local closing time", by=INT, data=PLAIN)]


class CalendarDefined(_Network, stream=NETWORK, key="calendar"):
    """When sites that use it are open, in each site's own zone."""

    calendar: Annotated[Slug, says("names the calendar", by=INT, data=PLAIN)]
    hours: Annotated[tuple[OpenHours, ...], says("openings of a week", by=INT, data=PLAIN)]
    holidays: Annotated[tuple[date, ...], says("local days without opening", by=INT, data=PLAIN)] = ()
    always_open: Annotated[
        bool, says("every second counts; hours and holidays are not looked at", by=INT, data=PLAIN)
    ] = False


NetworkFact = (
    StudyDefined
    | SiteDefined
    | SponsorDefined
    | PartnerDefined
    | RouteDefined
    | PoolDefined
    | StaffDefined
    | PolicyDefined
    | CalendarDefined
)
