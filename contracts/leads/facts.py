"""The life of a lead as routing records it. Each fact carries study, site and partner: a reader needs no other row."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import FactBody, Moment
from contracts.says import HEALTH_INFERRING, PLAIN, RTE, says
from contracts.shapes import LeadId, Slug
from contracts.streams import LEADS
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


class _Lead(FactBody):
    lead: Annotated[LeadId, says("names the lead in every service (R37)", by=RTE, data=PLAIN)]
    study: Annotated[Slug, says("study interest", by=RTE, data=HEALTH_INFERRING)]
    site: Annotated[Slug, says("whose desk", by=RTE, data=PLAIN)]
    partner: Annotated[Slug, says("credits the source (R24)", by=RTE, data=PLAIN)]


class LeadOpened(_Lead, stream=LEADS, key="lead"):
    """Routing has heard of an accepted referral."""

    route: Annotated[Slug, says("finds pool, owner and backup", by=RTE, data=HEALTH_INFERRING)]
    channel: Annotated[Channel, says("how it came (R12)", by=RTE, data=PLAIN)]
    priority: Annotated[Priority, says("which targets run", by=RTE, data=PLAIN)]
    received_at: Annotated[Moment, says("when the first-response clock starts", by=RTE, data=PLAIN)]
    stage: Annotated[Stage, says("whose desk it starts on", by=RTE, data=PLAIN)] = Stage.INTAKE
    status: Annotated[Status, says("where it starts", by=RTE, data=PLAIN)] = Status.NEW


class DuplicateChecked(_Lead, stream=LEADS, key="lead"):
    """A lead's tokens were compared, or were not there in time (R14)."""

    result: Annotated[DuplicateCheck, says("what comparing gave", by=RTE, data=PLAIN)]


class DuplicateSuspected(_Lead, stream=LEADS, key="lead", ignorable=True):
    """An earlier lead may be of the same person: a question for the site, with its reasons (R14)."""

    earlier: Annotated[LeadId, says("the lead it resembles", by=RTE, data=PLAIN)]
    matched: Annotated[tuple[TokenKind, ...], says("what was equal", by=RTE, data=PLAIN)]
    confidence: Annotated[int, Field(ge=0, le=100), says("percent: which question comes first", by=RTE, data=PLAIN)]
    one_name: Annotated[Likeness, says("how one name compares", by=RTE, data=PLAIN)] = Likeness.UNKNOWN
    other_name: Annotated[Likeness, says("how the other name compares", by=RTE, data=PLAIN)] = Likeness.UNKNOWN
    date: Annotated[Likeness, says("how the birth dates or years compare", by=RTE, data=PLAIN)] = Likeness.UNKNOWN
    place: Annotated[Likeness, says("how the postcodes compare", by=RTE, data=PLAIN)] = Likeness.UNKNOWN


class DuplicateDecided(_Lead, stream=LEADS, key="lead"):
    """A lead is, or is no longer, the duplicate of an earlier one; reversible."""

    primary: Annotated[LeadId | None, says("the lead it stands under; absent when undone", by=RTE, data=PLAIN)] = None
    matched: Annotated[tuple[TokenKind, ...], says("what was equal", by=RTE, data=PLAIN)] = ()
    at_site: Annotated[bool, says("decided by a person, not by strong tokens", by=RTE, data=PLAIN)] = False


class OwnerAssigned(_Lead, stream=LEADS, key="lead"):
    """One owner and a different backup (R15, R26, R31)."""

    owner: Annotated[Slug, says("who is accountable", by=RTE, data=PLAIN)]
    backup: Annotated[Slug, says("who steps in", by=RTE, data=PLAIN)]
    pool: Annotated[Slug, says("whose turn it was", by=RTE, data=PLAIN)]
    reason: Annotated[AssignReason, says("why this owner", by=RTE, data=PLAIN)]
    load: Annotated[int, Field(ge=0), says("open leads of the owner before this one", by=RTE, data=PLAIN)]
    capacity: Annotated[int, Field(ge=0), says("how many they may have", by=RTE, data=PLAIN)]
    candidates: Annotated[int, Field(ge=0), says("how many could have taken it", by=RTE, data=PLAIN)]


class LeadWaiting(_Lead, stream=LEADS, key="lead"):
    """Nobody can own it now: it stands visibly in the waiting room."""

    reason: Annotated[WaitingReason, says("what is missing", by=RTE, data=PLAIN)]


class AttemptRecorded(_Lead, stream=LEADS, key="lead"):
    """One outreach, in either direction; the first answers the first-response clock."""

    attempt: Annotated[int, Field(ge=1), says("1, 2, 3, ... of this lead", by=RTE, data=PLAIN)]
    direction: Annotated[Direction, says("who called whom", by=RTE, data=PLAIN)]
    channel: Annotated[ContactChannel, says("how", by=RTE, data=PLAIN)]
    result: Annotated[ContactResult, says("what it met", by=RTE, data=PLAIN)]
    outcome: Annotated[Outcome | None, says("what it led to", by=RTE, data=PLAIN)] = None


class StatusChanged(_Lead, stream=LEADS, key="lead"):
    """Where a lead stands now (R48)."""

    stage: Annotated[Stage, says("whose desk", by=RTE, data=PLAIN)]
    status: Annotated[Status, says("what is true", by=RTE, data=PLAIN)]
    status_before: Annotated[Status, says("what was true", by=RTE, data=PLAIN)]


class MilestoneReached(_Lead, stream=LEADS, key="lead"):
    """Something that stays true; funnels count these (R56)."""

    milestone: Annotated[Milestone, says("what was reached", by=RTE, data=PLAIN)]
    received_at: Annotated[Moment, says("which week's lead it is", by=RTE, data=PLAIN)]


class BlockerRaised(_Lead, stream=LEADS, key="lead"):
    """Something holds the lead up (R30, R45)."""

    kind: Annotated[BlockerKind, says("what", by=RTE, data=PLAIN)]
    resolver: Annotated[Resolver, says("who resolves it (R36)", by=RTE, data=PLAIN)]
    until: Annotated[Moment | None, says("agreed time, where there is one", by=RTE, data=PLAIN)] = None


class BlockerCleared(_Lead, stream=LEADS, key="lead"):
    """It no longer does."""

    kind: Annotated[BlockerKind, says("what", by=RTE, data=PLAIN)]


class NextActionSet(_Lead, stream=LEADS, key="lead"):
    """What is to be done, by whom, until when (R27, R31)."""

    action: Annotated[NextAction, says("what", by=RTE, data=PLAIN)]
    who: Annotated[Resolver, says("by whom", by=RTE, data=PLAIN)]
    due_at: Annotated[Moment, says("until when", by=RTE, data=PLAIN)]


class LeadClosed(_Lead, stream=LEADS, key="lead", stops=True):
    """The end of a lead's way, until reopened."""

    reason: Annotated[CloseReason, says("why", by=RTE, data=HEALTH_INFERRING)]
    group: Annotated[CloseGroup, says("what kind of reason", by=RTE, data=HEALTH_INFERRING)]
    status: Annotated[Status, says("closed or not_eligible", by=RTE, data=PLAIN)] = Status.CLOSED


LeadFact = (
    LeadOpened
    | DuplicateChecked
    | DuplicateSuspected
    | DuplicateDecided
    | OwnerAssigned
    | LeadWaiting
    | AttemptRecorded
    | StatusChanged
    | MilestoneReached
    | BlockerRaised
    | BlockerCleared
    | NextActionSet
    | LeadClosed
)
