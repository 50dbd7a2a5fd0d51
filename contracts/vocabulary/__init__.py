"""The closed lists of a lead's life, one file a noun. Writers use exactly these values."""

from contracts.vocabulary.alerting import Answered, Clock, Level, NotifyChannel, SendFailure
from contracts.vocabulary.contact import (
    ContactChannel,
    ContactIs,
    ContactResult,
    Direction,
    Outcome,
    Permitted,
    StatedInterest,
)
from contracts.vocabulary.door import Basis, Channel, Likeness, Refusal, SourceQuality, TokenKind
from contracts.vocabulary.lead import (
    BlockerKind,
    Bucket,
    CloseGroup,
    CloseReason,
    Milestone,
    NextAction,
    PrescreenStatus,
    Priority,
    Resolver,
    Stage,
    Status,
    close_group,
)
from contracts.vocabulary.ownership import AssignReason, DuplicateCheck, WaitingReason
from contracts.vocabulary.setup import Recruiting, RouteState, StaffRole
from contracts.vocabulary.words import Word, listed

__all__ = [
    "Answered",
    "AssignReason",
    "Basis",
    "BlockerKind",
    "Bucket",
    "Channel",
    "Clock",
    "CloseGroup",
    "CloseReason",
    "ContactChannel",
    "ContactIs",
    "ContactResult",
    "Direction",
    "DuplicateCheck",
    "Level",
    "Likeness",
    "Milestone",
    "NextAction",
    "NotifyChannel",
    "Outcome",
    "Permitted",
    "PrescreenStatus",
    "Priority",
    "Recruiting",
    "Refusal",
    "Resolver",
    "RouteState",
    "SendFailure",
    "SourceQuality",
    "StaffRole",
    "Stage",
    "StatedInterest",
    "Status",
    "TokenKind",
    "WaitingReason",
    "Word",
    "close_group",
    "listed",
]
