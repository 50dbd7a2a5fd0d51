"""What the door leaves behind: one line a request and a count. No path, no query, no body, no name of a person."""

from collections.abc import Sequence

from services.chassis.http.problems import CODES, Problem
from services.chassis.http.routes import Route
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger

UNMATCHED = "unmatched"
"""stands for the path of a request no route was found for"""


def allow_labels(service: str, routes: Sequence[Route]) -> None:
    """Let this service's route templates and the chassis' codes be counted under their own names."""
    metrics.allow("service", service)
    metrics.allow("route", UNMATCHED, *(route.path for route in routes))
    metrics.allow("code", *CODES)


def record_request(service: str, method: str, route: str, status: int, seconds: float, trace: str | None) -> None:
    """One request answered; `route` is the template, so that ids and query strings stay out."""
    metrics.HTTP_REQUESTS.add(1, service=service, route=route, status=f"{status // 100}xx")
    metrics.HTTP_SECONDS.observe(seconds, service=service, route=route)
    get_logger("http").info(
        "request",
        service=service,
        method=method,
        route=route,
        status=status,
        seconds=round(seconds, 4),
        trace=trace,
    )


def record_problem(route: Route, problem: Problem) -> None:
    """A door turned a request away before any rule judged it; a client's fault, so not for 5xx."""
    if problem.code == "rate_limited":
        metrics.RATE_LIMITED.add(1, route=route.path)
    elif route.door and problem.status < 500:
        metrics.DOOR_MALFORMED.add(1, code=problem.code)


def record_unavailable(route: str, error: BaseException) -> None:
    """It may succeed later: answered 503."""
    get_logger("http").warning("could not be made durable", route=route, exc_info=error)


def record_failure(route: str, error: BaseException, reference: str) -> None:
    """It should not have happened: answered 500 with this reference. Class and place only; a message may hold input."""
    get_logger("http").error("request failed", route=route, trace=reference, exc_info=error)
