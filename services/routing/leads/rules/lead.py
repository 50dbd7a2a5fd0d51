"""A lead as its rules see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.referrals.facts import ReferralReceived
from contracts.vocabulary import (
    BlockerKind,
    Channel,
    CloseReason,
    ContactIs,
    DuplicateCheck,
    Milestone,
    NextAction,
    Permitted,
    Priority,
    Resolver,
    Stage,
    StatedInterest,
    Status,
    WaitingReason,
)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What holds a lead up, who resolves it, since when (R30, R45)."""

    kind: BlockerKind
    resolver: Resolver
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What sla says about a lead: its running deadline and its open alert."""

    deadline_at: datetime | None = None
    deadline_state: str | None = None
    """running, warned, missed; None when no clock runs"""
    alert_level: str | None = None
    alert_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead. `version` is what a command's If-Match names; every change raises it by one."""

    id: UUID
    study: str
    site: str
    partner: str
    route: str
    channel: Channel
    priority: Priority
    is_test: bool
    received_at: datetime
    opened_at: datetime
    material: str
    material_version: int
    material_superseded: bool
    permitted: tuple[Permitted, ...]
    permission_wording: str
    stated_interest: StatedInterest | None
    contact_is: ContactIs
    language: str | None
    stage: Stage = Stage.INTAKE
    status: Status = Status.NEW
    milestones: tuple[Milestone, ...] = ()
    owner: str | None = None
    backup: str | None = None
    pool: str | None = None
    waiting: WaitingReason | None = None
    waiting_since: datetime | None = None
    checked: DuplicateCheck | None = None
    """what comparing tokens gave; None until it was compared or given up waiting for tokens"""
    duplicate_of: UUID | None = None
    attempts: int = 0
    blockers: tuple[Blocker, ...] = ()
    next_action: NextAction | None = None
    next_who: Resolver | None = None
    next_due: datetime | None = None
    close_reason: CloseReason | None = None
    closed_at: datetime | None = None
    mark: Mark = Mark()
    parked: bool = False
    """facts of this lead wait for repair: shown as blocked by the system, no outreach"""
    version: int = 1

    @property
    def open(self) -> bool:
        """Not closed."""
        return self.closed_at is None

    @property
    def counts(self) -> bool:
        """Whether it takes one of its owner's places: not a test, not a confirmed duplicate, not closed (R21)."""
        return self.open and not self.is_test and self.duplicate_of is None


def opened(said: ReferralReceived, *, is_test: bool, at: datetime) -> Lead:
    """A lead as it starts."""
    return Lead(
        id=UUID(said.lead),
        study=said.study,
        site=said.site,
        partner=said.partner,
        route=said.route,
        channel=said.channel,
        priority=said.priority,
        is_test=is_test,
        received_at=said.received_at,
        opened_at=at,
        material=said.material,
        material_version=said.material_version,
        material_superseded=said.material_superseded,
        permitted=said.permitted,
        permission_wording=said.permission_wording,
        stated_interest=said.stated_interest,
        contact_is=said.contact_is,
        language=said.language,
        milestones=(Milestone.ACCEPTED,),
    )
