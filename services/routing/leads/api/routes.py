"""The desk's routes, as data: whom each serves and whose data it touches."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from pydantic import BaseModel

from services.chassis.auth.identity import Kind
from services.chassis.http.routes import Answer, Call, Route
from services.routing.leads.api.bodies import AttemptBody, BlockerBody, CloseBody, NextStepBody
from services.routing.leads.api.commands import (
    post_attempt,
    post_blocker,
    post_blocker_clear,
    post_close,
    post_next_action,
)
from services.routing.leads.api.reading import get_lead, get_queue

_STAFF: Final[frozenset[Kind]] = frozenset({"staff"})
_WHOSE: Final = "leads of the caller's sites"

Run = Callable[[Call[Any]], Awaitable[Answer]]


def routes() -> tuple[Route, ...]:
    """Queue, lead, commands."""
    lead = "/desk/v1/leads/{lead}"
    return (
        Route("GET", "/desk/v1/queue", get_queue, _STAFF, _WHOSE, "Who to act on now"),
        Route("GET", lead, get_lead, _STAFF, _WHOSE, "One lead with its context"),
        _command(f"{lead}/attempts", post_attempt, "Record an outreach", AttemptBody),
        _command(f"{lead}/blockers", post_blocker, "Raise a blocker", BlockerBody),
        _command(f"{lead}/blockers/{{kind}}/clear", post_blocker_clear, "Clear it"),
        _command(f"{lead}/next-action", post_next_action, "Set what is next", NextStepBody),
        _command(f"{lead}/close", post_close, "Close the lead", CloseBody),
    )


def _command(path: str, run: Run, summary: str, takes: type[BaseModel] | None = None) -> Route:
    """409 is what a rule answers when the lead is not in a state for this; the code says which."""
    return Route("POST", path, run, _STAFF, _WHOSE, summary, takes=takes, if_match=True, also=(409,))
