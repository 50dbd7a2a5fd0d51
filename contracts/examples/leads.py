"""The life of one lead, told by routing."""

from datetime import timedelta
from typing import Final, TypedDict

from contracts.envelope import FactBody
from contracts.examples.said import EARLIER_LEAD, LEAD, MONDAY, Example, said
from contracts.leads.facts import (
    AttemptRecorded,
    BlockerCleared,
    BlockerRaised,
    DuplicateChecked,
    DuplicateDecided,
    DuplicateSuspected,
    LeadClosed,
    LeadOpened,
    LeadWaiting,
    MilestoneReached,
    NextActionSet,
    OwnerAssigned,
    StatusChanged,
)
from contracts.vocabulary import (
    AssignReason,
    BlockerKind,
    Channel,
    CloseGroup,
    CloseReason,
    ContactChannel,
    ContactResult,
    Direction,
    DuplicateCheck,
    Likeness,
    Milestone,
    NextAction,
    Outcome,
    Priority,
    Resolver,
    Stage,
    Status,
    TokenKind,
    WaitingReason,
)


class _Whose(TypedDict):
    lead: str
    study: str
    site: str
    partner: str


_ALDER: Final = _Whose(lead=LEAD, study="alder", site="eastmere", partner="openhand")


def _on(version: int, name: str, body: FactBody, *, minutes: int = 0, by: str = "system:routing") -> Example:
    return said(name, body, actor=by, after=timedelta(minutes=minutes, seconds=version), version=version)


def _by_ines(version: int, name: str, body: FactBody) -> Example:
    return _on(version, name, body, minutes=31, by="staff:ines")


LEAD_EXAMPLES: Final = (
    _on(
        1,
        "from-a-registry",
        LeadOpened(
            **_ALDER,
            route="openhand-alder-eastmere",
            channel=Channel.PARTNER_API,
            priority=Priority.ROUTINE,
            received_at=MONDAY,
        ),
    ),
    _on(2, "clear", DuplicateChecked(**_ALDER, result=DuplicateCheck.CLEAR)),
    _on(
        3,
        "least-loaded",
        OwnerAssigned(
            **_ALDER,
            owner="ines",
            backup="tomas",
            pool="eastmere-coordinators",
            reason=AssignReason.LEAST_LOADED,
            load=11,
            capacity=40,
            candidates=3,
        ),
    ),
    _on(4, "owned", MilestoneReached(**_ALDER, milestone=Milestone.OWNED, received_at=MONDAY)),
    _on(
        5,
        "first-call",
        NextActionSet(**_ALDER, action=NextAction.FIRST_CALL, who=Resolver.OWNER, due_at=MONDAY + timedelta(hours=1)),
    ),
    _on(3, "everybody-full", LeadWaiting(**_ALDER, reason=WaitingReason.NO_CAPACITY)),
    _on(
        6,
        "same-phone-and-mail",
        DuplicateDecided(**_ALDER, primary=EARLIER_LEAD, matched=(TokenKind.PHONE, TokenKind.EMAIL)),
    ),
    _on(7, "undone", DuplicateDecided(**_ALDER, at_site=True), minutes=240, by="staff:oona"),
    _by_ines(
        8,
        "nobody-there",
        AttemptRecorded(
            **_ALDER,
            attempt=1,
            direction=Direction.OUT,
            channel=ContactChannel.PHONE,
            result=ContactResult.NO_ANSWER,
        ),
    ),
    _by_ines(
        9,
        "reached-and-wants-to-go-on",
        AttemptRecorded(
            **_ALDER,
            attempt=2,
            direction=Direction.OUT,
            channel=ContactChannel.PHONE,
            result=ContactResult.REACHED,
            outcome=Outcome.PRESCREEN_STARTED,
        ),
    ),
    _by_ines(
        10,
        "contacted",
        StatusChanged(**_ALDER, stage=Stage.INTAKE, status=Status.CONTACTED, status_before=Status.ATTEMPTING),
    ),
    _by_ines(
        11,
        "calls-back-on-thursday",
        BlockerRaised(
            **_ALDER,
            kind=BlockerKind.AWAITING_CALLBACK,
            resolver=Resolver.PERSON,
            until=MONDAY + timedelta(days=3),
        ),
    ),
    _by_ines(
        12,
        "without-a-time",
        BlockerRaised(**_ALDER, kind=BlockerKind.AWAITING_STUDY_TEAM, resolver=Resolver.STUDY_TEAM),
    ),
    _by_ines(13, "answered", BlockerCleared(**_ALDER, kind=BlockerKind.AWAITING_CALLBACK)),
    _on(
        15,
        "sounds-alike",
        DuplicateSuspected(
            **_ALDER,
            earlier=EARLIER_LEAD,
            matched=(TokenKind.NAMES, TokenKind.INITIAL_BIRTH),
            confidence=97,
            one_name=Likeness.EQUAL,
            other_name=Likeness.NEAR,
            date=Likeness.EQUAL,
            place=Likeness.UNKNOWN,
        ),
    ),
    _by_ines(14, "too-far", LeadClosed(**_ALDER, reason=CloseReason.TOO_FAR, group=CloseGroup.PERSON)),
)
