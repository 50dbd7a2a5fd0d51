"""Staff as callers: each signs in with a secret for a token of a minute, and acts on leads through the history."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tests.faults.history import History
from tests.faults.traffic.door import Door, NotAnswered, Reply
from tests.faults.traffic.fates import Step

_REFRESH: Final = 40.0
"""Seconds a token of 60 is used."""

_AT_ONCE: Final = 24
"""Commands under way at once."""

_OVER: Final = frozenset({"lead_closed", "lead_is_duplicate"})


class Came(StrEnum):
    """What came of a command."""

    DONE = "done"
    CHANGED = "changed"
    """somebody or something else was faster: read again"""
    HELD = "held"
    """the lead waits for repair: later"""
    OVER = "over"
    """nothing more can be done about this lead"""
    POINTLESS = "pointless"
    """this command makes no sense any more; the next may"""
    UNKNOWN = "unknown"
    """no answer, or one that does not say"""


class NoToken(Exception):
    """Nobody hands out tokens now."""


@dataclass
class Staff:
    """Everybody who works at the sites."""

    intake: Door
    routing: Door
    secrets: Mapping[str, str] = field(repr=False)
    history: History
    gone_home: bool = False
    """commands that still wait for their turn are not given any more"""
    outcomes: Counter[str] = field(default_factory=Counter)
    """`attempts done`, `close changed`, ... -> how many commands"""
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    _signing: dict[str, asyncio.Lock] = field(default_factory=dict)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def read(self, staff: str, path: str) -> Reply | None:
        """GET as somebody; None when there is no answer, or none that says anything."""
        try:
            reply = await self.routing.ask("GET", path, headers=await self._signed(staff))
        except (NotAnswered, NoToken):
            return None
        if reply.status == 401:
            self._tokens.pop(staff, None)
        return None if reply.status == 401 or reply.wait is not None else reply

    async def act(
        self, staff: str, lead: str, step: Step, version: int, *, when: float | None = None
    ) -> tuple[Came, dict[str, Any]]:
        """Give one command on a lead as it was at `version`; what came of it, and the lead after it.

        `when` (seconds since 1970): everything is made ready and written down before, and the request leaves then,
        however many are under way.
        """
        if when is not None:
            return await self._give(staff, lead, step, version, when)
        async with self._gate:
            if self.gone_home:
                return Came.POINTLESS, {}
            return await self._give(staff, lead, step, version, 0.0)

    async def _give(self, staff: str, lead: str, step: Step, version: int, when: float) -> tuple[Came, dict[str, Any]]:
        try:
            headers = await self._signed(staff) | {"If-Match": f'"{version}"'}
        except NoToken:
            return Came.UNKNOWN, {}
        body = b""
        if step.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(step.body).encode()
        ask = await self.history.write(
            "asked", op="act", lead=lead, staff=staff, command=step.command, body=step.body, version=version,
            due=step.due,
        )  # fmt: skip
        if (pause := when - time.time()) > 0:
            await asyncio.sleep(pause)
        try:
            reply = await self.routing.ask("POST", f"/desk/v1/leads/{lead}/{step.command}", headers=headers, body=body)
        except NotAnswered as lost:
            await self.history.write("failed_to_answer", ask=ask, why=lost.why, sent=lost.sent)
            self.outcomes[f"{step.command} {Came.UNKNOWN}"] += 1
            return Came.UNKNOWN, {}
        if reply.status == 401:
            self._tokens.pop(staff, None)
        told = reply.json()
        came = _came(reply, told)
        await self.history.write("answered", ask=ask, status=reply.status, body=_kept(told))
        self.outcomes[f"{step.command} {came}"] += 1
        return came, told

    async def _signed(self, staff: str) -> dict[str, str]:
        async with self._signing.setdefault(staff, asyncio.Lock()):
            until, token = self._tokens.get(staff, (0.0, ""))
            if until < time.monotonic():
                token = await self._sign_in(staff)
                self._tokens[staff] = (time.monotonic() + _REFRESH, token)
        return {"Authorization": f"Bearer {token}"}

    async def _sign_in(self, staff: str) -> str:
        who = f"staff:{staff}"
        grant = {"grant_type": "client_credentials", "client_id": who, "client_secret": self.secrets[who]}
        headers = {"Content-Type": "application/json"}
        try:
            reply = await self.intake.ask(
                "POST", "/intake/oauth/token", headers=headers, body=json.dumps(grant).encode()
            )
        except NotAnswered as lost:
            raise NoToken(lost.why) from None
        if reply.status != 200:
            raise NoToken(str(reply.status))
        return str(reply.json()["access_token"])


def _came(reply: Reply, told: Mapping[str, Any]) -> Came:
    match reply.status:
        case 200:
            return Came.DONE
        case 404:
            return Came.OVER
        case 412:
            return Came.CHANGED
        case 409 if told.get("code") in _OVER:
            return Came.OVER
        case 409 if told.get("code") == "lead_held":
            return Came.HELD
        case 409 if told.get("code") == "not_owner":
            return Came.CHANGED
        case 401:
            return Came.UNKNOWN
        case status if status < 500:
            return Came.POINTLESS
    return Came.UNKNOWN


def _kept(told: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer is worth keeping: where the lead stands, or a problem's code."""
    kept = ("lead", "version", "owner", "stage", "status", "attempts", "closed_at", "close_reason", "code")
    return {name: told[name] for name in kept if name in told}
