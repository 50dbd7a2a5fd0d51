"""The desk's routes, as data: whom each serves and whose data it touches."""

from typing import Final

from services.chassis.auth.identity import Kind
from services.chassis.http.routes import Route
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


def routes() -> tuple[Route, ...]:
    """Queue, lead, commands."""
    lead = "/desk/v1/leads/{lead}"
    return (
        Route("GET", "/desk/v1/queue", get_queue, _STAFF, _WHOSE, "Who to act on now"),
        Route("GET", lead, get_lead, _STAFF, _WHOSE, "One lead with its context"),
        Route(
            "POST",
            f"{lead}/attempts",
            post_attempt,
            _STAFF,
            _WHOSE,
            "Record an outreach",
            takes=AttemptBody,
            if_match=True,
        ),
        Route(
            "POST",
            f"{lead}/blockers",
            post_blocker,
            _STAFF,
            _WHOSE,
            "Raise a blocker",
            takes=BlockerBody,
            if_match=True,
        ),
        Route("POST", f"{lead}/blockers/{{kind}}/clear", post_blocker_clear, _STAFF, _WHOSE, "Clear it", if_match=True),
        Route(
            "POST",
            f"{lead}/next-action",
            post_next_action,
            _STAFF,
            _WHOSE,
            "Set what is next",
            takes=NextStepBody,
            if_match=True,
        ),
        Route("POST", f"{lead}/close", post_close, _STAFF, _WHOSE, "Close the lead", takes=CloseBody, if_match=True),
    )
