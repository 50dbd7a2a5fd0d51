"""What the desk's commands take. Closed lists only: there is no text to write in."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Moment
from contracts.vocabulary import (
    BlockerKind,
    CloseReason,
    ContactChannel,
    ContactResult,
    Direction,
    NextAction,
    Outcome,
    Resolver,
    listed,
)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class NextStepBody(_Body):
    """What is to be done next, by whom, until when."""

    action: Annotated[NextAction, listed(NextAction)]
    who: Annotated[Resolver, listed(Resolver)] = Resolver.OWNER
    due_at: Moment


class AttemptBody(_Body):
    """One outreach, in either direction."""

    direction: Annotated[Direction, listed(Direction)] = Direction.OUT
    channel: Annotated[ContactChannel, listed(ContactChannel)]
    result: Annotated[ContactResult, listed(ContactResult)]
    outcome: Annotated[Outcome, listed(Outcome)] | None = None
    next: NextStepBody | None = None


class BlockerBody(_Body):
    """Something holds the lead up."""

    kind: Annotated[BlockerKind, listed(BlockerKind)]
    until: Moment | None = None


class CloseBody(_Body):
    """Why the lead ends."""

    reason: Annotated[CloseReason, listed(CloseReason, other=True)]
