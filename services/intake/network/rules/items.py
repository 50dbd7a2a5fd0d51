"""The eleven kinds of item of a network file. Each has an id, the moment it takes effect and the day it was reviewed.

Reading is strict: an unknown field, a number for a text and a word outside a closed list are faults. What one item
says of another (`owner` is in `pool`, ...) is judged in `references.py` and `agreed.py`.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import Field

from contracts.shapes import Code, Label, Language, LocalTime, Slug, StaffMail
from contracts.vocabulary import Basis, Channel, Priority, Recruiting, RouteState, StaffRole
from services.intake.network.rules.fields import Country, Day, Duration, Instant, Nct, OneOf, Percent, RealZone, Text
from services.intake.network.rules.parts import Item, Limits, Part, SigningKey
from services.intake.network.rules.words import Forbidden, MaterialKind, ReferralField, Weekday

_Recruiting = Annotated[Recruiting, OneOf(Recruiting)]
_Channel = Annotated[Channel, OneOf(Channel)]
_Basis = Annotated[Basis, OneOf(Basis)]
_Role = Annotated[StaffRole, OneOf(StaffRole)]
_Field = Annotated[ReferralField, OneOf(ReferralField)]
_Forbidden = Annotated[Forbidden, OneOf(Forbidden)]


class StudySite(Part):
    """One site of a study; its word overrides the study's."""

    site: Slug
    recruiting: _Recruiting = Recruiting.RECRUITING


class Study(Item):
    """A study and the sites that run it."""

    section = "studies"
    kind = "study"

    code: Code
    name: Label
    description: Text
    """short, as its approved material says it; never in a fact"""
    sponsor: Slug
    policy: Slug
    priority: Annotated[Priority, OneOf(Priority)] = Priority.ROUTINE
    recruiting: _Recruiting
    sites: Annotated[tuple[StudySite, ...], Field(max_length=2000)] = ()
    registry_id: Nct | None = None
    declared_recruiting: bool = False
    """its record says otherwise; shown on every output"""


class Site(Item):
    """A research site. Its zone is where its clocks run, its country how its phone numbers are read."""

    section = "sites"
    kind = "site"

    name: Label
    zone: RealZone
    country: Country | None = None
    calendar: Slug
    recruiting: _Recruiting = Recruiting.RECRUITING


class StaffMember(Item):
    """Somebody who works at sites or for the network; `capacity` is open leads at once, hard."""

    section = "staff"
    kind = "staff"

    label: Label
    sites: tuple[Slug, ...] = ()
    roles: Annotated[tuple[_Role, ...], Field(min_length=1)]
    email: StaffMail | None = None
    capacity: Annotated[int, Field(ge=0, le=1000)] = 40
    weight: Percent = 100
    languages: tuple[Language, ...] = ()


class Pool(Item):
    """Staff of one site who share leads."""

    section = "pools"
    kind = "pool"

    site: Slug
    members: Annotated[tuple[Slug, ...], Field(min_length=2)]
    """at least two: every route has an owner and a different backup (R15)"""


class Sponsor(Item):
    """Who pays for a study and reads its reports."""

    section = "sponsors"
    kind = "sponsor"

    name: Label


class Partner(Item):
    """Who refers people."""

    section = "partners"
    kind = "partner"

    name: Label


class StudyAllowance(Part):
    """What a partner may send for one study (R11)."""

    study: Slug
    allowed_fields: Annotated[tuple[_Field, ...], Field(min_length=1)]


class BoundaryException(Part):
    """An approval to do one forbidden thing, for a time."""

    allows: _Forbidden
    approval_reference: Code
    valid_from: Day
    valid_until: Day


class Agreement(Item):
    """What one partner may do. `valid_until` is the last day, None while nobody ends it."""

    section = "agreements"
    kind = "agreement"

    partner: Slug
    channels: Annotated[tuple[_Channel, ...], Field(min_length=1)]
    bases: Annotated[tuple[_Basis, ...], Field(min_length=1)]
    studies: Annotated[tuple[StudyAllowance, ...], Field(min_length=1)]
    acknowledges: tuple[_Forbidden, ...]
    exceptions: tuple[BoundaryException, ...] = ()
    limits: Limits = Limits()
    signing_required: bool = False
    signing_keys: Annotated[tuple[SigningKey, ...], Field(max_length=4)] = ()
    valid_from: Day
    valid_until: Day | None = None

    def allowed(self, study: str) -> frozenset[ReferralField]:
        """Fields that may be sent for a study; none when it is not in the agreement."""
        return frozenset(field for one in self.studies if one.study == study for field in one.allowed_fields)

    def runs(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class SixParts(Part):
    """What partner language must say (R2-R7), in the order people read it."""

    about: Text
    """study name or short description"""
    who_may_contact: Text
    site_reviews: Text
    do_not_promise: Text
    where_to_go: Text
    questions: Text


class Material(Item):
    """One version of approved words. Referrals name it `id@version`; a newer effective version supersedes it."""

    section = "materials"
    kind = "material"

    version: Annotated[int, Field(ge=1, le=999_999)]
    study: Slug
    material_kind: Annotated[MaterialKind, OneOf(MaterialKind)] = MaterialKind.PARTNER_LANGUAGE
    language: Language
    note: Label | None = None
    """shown beside it wherever it is shown"""
    parts: SixParts | None = None
    """partner language has these"""
    text: Text | None = None
    """every other kind has this"""
    permission_wording: Text | None = None
    """how a person is asked for contact permission"""
    approval_reference: Code
    approved_on: Day
    approved_until: Day | None = None
    """the last day its approval holds, in UTC; None while the approval names none"""
    retire_at: Instant | None = None
    withdrawn: bool = False
    places: Annotated[tuple[Label, ...], Field(min_length=1)]
    """where it is used"""

    @property
    def stored_id(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def in_force(self, at: datetime) -> bool:
        """Effective, and neither retired nor withdrawn nor past its approval; superseded ones still are."""
        return self.effective_from <= at and not self.withdrawn and not self.over(at)

    def over(self, at: datetime) -> bool:
        """Whether its time is up: retired, or its approval has run out."""
        retired = self.retire_at is not None and self.retire_at <= at
        return retired or (self.approved_until is not None and self.approved_until < at.astimezone(UTC).date())


class Route(Item):
    """Partner x study x site x channel, with the people who answer for it (R12, R13, R15)."""

    section = "routes"
    kind = "route"

    partner: Slug
    study: Slug
    site: Slug
    channel: _Channel
    source_tag: Code
    pool: Slug
    owner: Slug
    backup: Slug
    material: Slug
    """id of the partner language its people saw; the version is the referral's to name"""
    allowed_fields: Annotated[tuple[_Field, ...], Field(min_length=1)] | None = None
    """narrows what the agreement allows; None takes all of it"""
    weekly_max: Annotated[int, Field(ge=0, le=100_000)] = 20
    state: Annotated[RouteState, OneOf(RouteState)]


class ClockRule(Part):
    """One clock; all three in seconds of open hours from its start."""

    target: Duration
    warn: Duration
    breach: Duration


class Policy(Item):
    """Targets of a study (R43)."""

    section = "policies"
    kind = "policy"

    first_response: ClockRule


class Opening(Part):
    """The same opening on some days of the week, in each site's own local time; `24:00` ends a day."""

    days: Annotated[tuple[Annotated[Weekday, OneOf(Weekday)], ...], Field(min_length=1)]
    opens: LocalTime
    closes: LocalTime


class Calendar(Item):
    """When the sites that use it are open."""

    section = "calendars"
    kind = "calendar"

    hours: tuple[Opening, ...] = ()
    holidays: tuple[Day, ...] = ()
    always_open: bool = False


AnyItem = Study | Site | StaffMember | Pool | Sponsor | Partner | Agreement | Material | Route | Policy | Calendar

KINDS: Final[tuple[type[AnyItem], ...]] = (
    Study, Site, StaffMember, Pool, Sponsor, Partner, Agreement, Material, Route, Policy, Calendar,
)  # fmt: skip
"""In the order a file has its sections."""

OF_SECTION: Final = {kind.section: kind for kind in KINDS}
OF_KIND: Final = {kind.kind: kind for kind in KINDS}
