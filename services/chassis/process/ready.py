"""Readiness by role: what a process answers on /livez and /readyz. Pure."""

from collections.abc import Iterable, Mapping

API = "api"


def wrong_parts(states: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """What is wrong, by `service.role`; of several loops of one role the first that has a fault speaks."""
    wrong: dict[str, str] = {}
    for service, role, fault in states:
        if fault is not None:
            wrong.setdefault(f"{service}.{role}", fault)
    return wrong


def unready(roles: Iterable[str], loops: Mapping[str, str], *, api_serves: bool) -> dict[str, str]:
    """What keeps traffic away. With the api role only its own state counts: a dependency that is away never makes it
    unready (P13), it answers 503 or waits. Without it, the loops' states are the process's state."""
    if API in roles:
        return {} if api_serves else {API: "starting"}
    return dict(loops)
