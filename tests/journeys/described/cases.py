"""Requests that schemathesis makes of a description, some led on to what is there; and what it makes of answers.

A case goes out as one of the kinds of identity, mostly one the route serves. Half of the cases fit the description and
half do not. Where a path parameter or a body is known that leads further in, some cases take it.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from requests import Request
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.chassis.http.bodies import LINES
from tests.intake.referrals.door import a_referral
from tests.journeys.described.answering import answered
from tests.journeys.described.stand import WHO, Stand

CHECKS: Final = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
BODIES: Final[dict[str, Callable[[Stand], dict[str, Any]]]] = {
    "/intake/v1/referrals": lambda _stand: a_referral(),
    "/intake/v1/referrals/batch": lambda _stand: a_referral(),
    "/intake/v1/webhooks": lambda _stand: {"url": "https://hooks.openhand.example/baton"},
    "/intake/v1/referrals/{lead}/supply": lambda _stand: {"person": {"postcode": "10001"}},
    "/desk/v1/leads/{lead}/attempts": lambda _stand: {"channel": "phone", "result": "no_answer"},
    "/desk/v1/leads/{lead}/blockers": lambda _stand: {"kind": "transport"},
    "/desk/v1/leads/{lead}/close": lambda _stand: {"reason": "not_interested"},
    "/intake/oauth/token": lambda stand: {"client_id": WHO["partner"], "client_secret": stand.key},
}
_URL: Final = "http://baton"


@schemathesis.serializer(LINES)
def _lines(_context: Any, value: Any) -> bytes:
    """A body a line; schemathesis makes one."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


def operations(stand: Stand) -> list[tuple[str, Any]]:
    """Every described operation, with the service it belongs to; raises for one that schemathesis cannot read."""
    found: list[tuple[str, Any]] = []
    for service, app in stand.apps.items():
        schema = schemathesis.openapi.from_dict(app.api.openapi())
        results: list[Any] = list(schema.get_all_operations())
        found += [(service, result.ok()) for result in results]
    return found


async def try_out(stand: Stand, service: str, operation: Any, cases: int, *, seed: int | None = None) -> dict[int, int]:
    """So many cases of one operation, the same ones without a seed; how often which status came.

    Raises:
        FailureGroup: an answer is none that the description has; the smallest case that hypothesis found.
    """
    loop, seen = asyncio.get_running_loop(), dict[int, int]()

    @seeded(seed)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        derandomize=seed is None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_strategy(operation), data=st.data())
    def run(case: Any, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(_callers(operation)), label="who")
        _lead_on(case, stand, data)
        if "If-Match" in (case.headers or {}) and data.draw(st.booleans()):
            case.headers["If-Match"] = asyncio.run_coroutine_threadsafe(stand.tag(), loop).result()
        kwargs = case.as_transport_kwargs(base_url=_URL)
        if data.draw(st.booleans(), label="from our own page"):
            kwargs["headers"]["Sec-Fetch-Site"] = "same-origin"
        if who:  # schemathesis makes credentials up too
            kwargs["headers"]["Authorization"] = f"Bearer {stand.doors.token(who)}"
        request = Request(**{name: kwargs[name] for name in _REQUEST & kwargs.keys()}).prepare()
        work = answered(stand.apps[service].asgi, request)
        response = asyncio.run_coroutine_threadsafe(work, loop).result()
        seen[response.status_code] = seen.get(response.status_code, 0) + 1
        lines = response.headers.get("content-type") == [LINES]  # a line a schema; the whole has none
        case.validate_response(response, checks=CHECKS[:-1] if lines else CHECKS)

    await asyncio.to_thread(run)
    return seen


def can_vary(operation: Any) -> bool:
    """Whether two requests for it can differ: by who asks, a parameter, a body."""
    return bool(operation.definition.raw.get("x-serves") or operation.body or any(operation.iter_parameters()))


def seeded(seed: int | None) -> Callable[[Any], Any]:
    """Hypothesis' own cases, or those of a seed."""
    return hypothesis.seed(seed) if seed is not None else lambda test: test


_REQUEST: Final = {"method", "url", "headers", "files", "data", "params", "auth", "cookies", "json"}


def _strategy(operation: Any) -> st.SearchStrategy[Any]:
    fits: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    parameters = any(True for _ in operation.iter_parameters()) or operation.body
    return st.one_of(fits, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)) if parameters else fits


def _callers(operation: Any) -> list[str | None]:
    """Whom the route serves three times in four, anybody else and nobody otherwise."""
    serves = operation.definition.raw.get("x-serves", [])
    others: list[str | None] = [who for kind, who in WHO.items() if kind not in serves]
    served: list[str | None] = [WHO[kind] for kind in serves]
    return served * 3 * max(1, len(others) + 1) + [*others, None] if served else [None]


def _lead_on(case: Any, stand: Stand, data: st.DataObject) -> None:
    """Take what is there in place of what was made up, each half of the time."""
    for name in (case.path_parameters or {}).keys() & stand.there.keys():
        if data.draw(st.booleans()):
            case.path_parameters[name] = data.draw(st.sampled_from(stand.there[name]))
    if (known := BODIES.get(case.path)) and isinstance(case.body, dict) and data.draw(st.booleans()):
        body, made = known(stand), case.body
        for name in data.draw(st.sets(st.sampled_from(sorted(made)), max_size=2)) if made else ():
            body[name] = made[name]
        case.body = body
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = f"k-{data.draw(st.integers(0, 10**9))}"
