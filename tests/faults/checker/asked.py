"""What the public doors answer at rest: each sponsor's summaries, each staff member's queue and open alerts."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx

from tests.faults.world import World

_TOKEN_LASTS: Final = 40.0
_OPENS_WITHIN: Final = 60.0
_OK: Final = 200


class NoAnswer(RuntimeError):
    """A door that must answer at rest did not."""


class Asking:
    """One caller after the other; a token is asked for again before it ends."""

    def __init__(self, world: World, client: httpx.Client) -> None:
        self._world, self._client = world, client
        self._tokens: dict[str, tuple[str, float]] = {}

    def get(self, service: str, path: str, who: str) -> Any:
        """The JSON of a 200. Raises NoAnswer."""
        headers = {"authorization": f"Bearer {self._token(who)}"}
        return self._tried(lambda: self._client.get(self._world.http[service] + path, headers=headers), path)

    def _token(self, who: str) -> str:
        held, until = self._tokens.get(who, ("", 0.0))
        if until < time.monotonic():
            body = {"grant_type": "client_credentials", "client_id": who, "client_secret": self._world.secrets[who]}
            url = self._world.http["intake"] + "/intake/oauth/token"
            held = self._tried(lambda: self._client.post(url, json=body), "a token")["access_token"]
            self._tokens[who] = (held, time.monotonic() + _TOKEN_LASTS)
        return held

    def _tried(self, ask: Callable[[], httpx.Response], what: str) -> Any:
        """The JSON of a 200; a door that has just been started is waited for."""
        deadline = time.monotonic() + _OPENS_WITHIN
        while True:
            try:
                answer = ask()
                if answer.status_code == _OK:
                    return answer.json()
                says = str(answer.status_code)
            except httpx.TransportError as error:
                says = type(error).__name__
            if time.monotonic() > deadline:
                raise NoAnswer(f"{what}: {says}")
            time.sleep(0.5)


def ask_all(world: World) -> dict[str, Any]:
    """`reporting:<sponsor>/<study>`, `routing:queue/<staff>`, `sla:alerts/<staff>` -> the answer's JSON."""
    with httpx.Client(timeout=30, trust_env=False) as client:
        asking = Asking(world, client)
        return {name: asking.get(service, path, who) for name, service, path, who in _questions(world)}


def _questions(world: World) -> Iterator[tuple[str, str, str, str]]:
    for study in world.network.get("studies", ()):
        who = f"sponsor:{study['sponsor']}"
        if who in world.secrets:
            path = f"/reports/v1/studies/{study['id']}/summary"
            yield f"reporting:{study['sponsor']}/{study['id']}", "reporting", path, who
    for who in sorted(name for name in world.secrets if name.startswith("staff:")):
        staff = who.partition(":")[2]
        yield f"routing:queue/{staff}", "routing", "/desk/v1/queue", who
        yield f"sla:alerts/{staff}", "sla", "/sla/v1/alerts", who
