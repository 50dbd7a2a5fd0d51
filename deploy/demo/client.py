"""How everybody in the demo speaks to Baton: one pool of connections, tokens of a minute, patience."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

REFRESH: Final = 40.0
"""Seconds a token of 60 is used before the next is asked for."""

CONNECTIONS: Final = 4
"""Of one lane."""

TRIES: Final = 8
_NOT_NOW: Final = frozenset({409, 429, 502, 503})
"""With Retry-After: ask again. Also after a connection that broke: the same request with the same key is harmless."""


class Unhelpful(Exception):
    """Baton answered what nobody can work with; the text names the path and the status."""


@dataclass
class _Token:
    text: str = field(repr=False)
    until: float = 0.0


class Baton:
    """Baton's one origin, for many callers. Each lane has a few connections of its own; close it at the end.

    httpx looks at every connection of a pool for every request that waits: small pools cost a third of a large one.
    """

    def __init__(self, origin: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._origin, self._transport = origin, transport
        self._lanes: dict[str, httpx.AsyncClient] = {}
        self._tokens: dict[str, _Token] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def close(self) -> None:
        """Give the connections back."""
        for lane in self._lanes.values():
            await lane.aclose()

    def _lane(self, name: str) -> httpx.AsyncClient:
        if name not in self._lanes:
            self._lanes[name] = httpx.AsyncClient(
                base_url=self._origin,
                limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                timeout=httpx.Timeout(30, pool=None),
                trust_env=False,
                transport=self._transport,
                verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # knows no certificate: everything here is plain HTTP
            )
        return self._lanes[name]

    async def ask(
        self, method: str, path: str, *, bearer: str | None = None, headers: Mapping[str, str] | None = None,
        json: object = None, content: bytes | None = None, lane: str = "",
    ) -> httpx.Response:  # fmt: skip
        """One request, again where the answer says "not now"; the last answer is returned whatever it is."""
        sent = dict(headers or {}) | ({"authorization": f"Bearer {bearer}"} if bearer else {})
        for attempt in range(1, TRIES + 1):
            try:
                response = await self._lane(lane).request(method, path, headers=sent, json=json, content=content)
            except httpx.TransportError:
                if attempt == TRIES:
                    raise
                wait = 0.2 * attempt
            else:
                if response.status_code not in _NOT_NOW or "retry-after" not in response.headers or attempt == TRIES:
                    return response
                wait = min(float(response.headers["retry-after"]), 2.0)
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def token(self, who: str, secret: str) -> str:
        """A token for `staff:ines` or `sponsor:northfield`, exchanged for their secret. Raises Unhelpful."""
        async with self._asking.setdefault(who, asyncio.Lock()):
            held = self._tokens.get(who)
            if held is None or held.until < time.monotonic():
                body = {"grant_type": "client_credentials", "client_id": who, "client_secret": secret}
                answer = await self.ask("POST", "/intake/oauth/token", json=body)
                held = _Token(ok(answer)["access_token"], time.monotonic() + REFRESH)
                self._tokens[who] = held
            return held.text


def ok(response: httpx.Response) -> dict[str, Any]:
    """The document of a 200. Raises Unhelpful for anything else; nothing of the answer is repeated."""
    if response.status_code != httpx.codes.OK:
        raise Unhelpful(f"{response.request.method} {response.request.url.path} answered {response.status_code}")
    body: dict[str, Any] = response.json()
    return body
