"""All services on one origin: the longest prefix decides, as a gateway would (architecture.md, "HTTP")."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.app import ServiceApp
from services.chassis.http.door import Door
from services.chassis.http.problems import NotFound
from services.chassis.http.record import allow_labels
from services.chassis.http.responses import problem_response
from services.chassis.http.routes import lies_under

_NOBODYS: Final = "none"
"""what the access line says of a path that lies under no service's prefix"""


def all_apps(apps: Sequence[ServiceApp]) -> ASGIApp:
    """One app that hands each request to the service whose prefix it lies under; 404 for none.

    Raises:
        ValueError: two services claim one prefix.
    """
    owners = [(prefix, app.asgi) for app in apps for prefix in app.prefixes]
    if len({prefix for prefix, _ in owners}) != len(owners):
        raise ValueError("two services claim one prefix")
    by_length = sorted(owners, key=lambda owner: len(owner[0]), reverse=True)
    nobody = Door(_nowhere, _NOBODYS)
    allow_labels(_NOBODYS, ())

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        chosen = next((app for prefix, app in by_length if lies_under(path, prefix)), nobody)
        await chosen(scope, receive, send)

    return dispatch


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(NotFound(), Headers(scope=scope))(scope, receive, send)
