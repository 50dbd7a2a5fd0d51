"""Coordinators at their desks: read the queue, call the people, record what came of it, close what has ended.

One person a site (its lead) reads the queue; what is done to a lead is done by its owner, signed in as themselves.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

import httpx

from deploy.demo.client import Baton, ok
from deploy.demo.fates import Fate, Stale

BETWEEN: Final = 0.7
"""Seconds between two looks at a queue."""

_TO_COME: Final = ("running", "warned")
"""States of a deadline after which another moment follows."""

_LOOKED_AT_OFTEN: Final = 20
"""Sites that are looked at each `BETWEEN`; more are looked at less often."""


class Step(StrEnum):
    """What an owner does about a lead."""

    CALL = "call"
    END = "end"


@dataclass
class Known:
    """What the coordinators remember of one lead."""

    seen_at: float
    called_at: float | None = None
    ended: bool = False


@dataclass
class Floor:
    """All desks together: the same people with the same memory."""

    baton: Baton
    secrets: Mapping[str, str] = field(repr=False)
    """staff id -> sign-in secret"""
    leads_of_sites: Mapping[str, str]
    """site -> its site lead"""
    fates: dict[str, Fate] = field(default_factory=dict)
    """lead -> what will become of it; filled as partners are answered"""
    sites: dict[str, str] = field(default_factory=dict)
    """lead -> where it was sent"""
    known: dict[str, Known] = field(default_factory=dict)
    queues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    most_waiting: int = 0
    refused: int = 0
    """commands that were refused: decided on a row that had changed, tried again at the next look"""
    duplicates: set[str] = field(default_factory=set)
    """leads that stand under another one, so in no queue"""
    _left: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Leads not seen yet, still to be acted on, or whose deadline is still to come."""
        not_looked_at = sum(site not in self._left for site in self.leads_of_sites)
        return not_looked_at + sum(self._left.values()) + len(self._unseen())

    async def work(self, stop: asyncio.Event) -> None:
        """Everybody at once, until told to stop."""
        between = BETWEEN * max(1.0, len(self.leads_of_sites) / _LOOKED_AT_OFTEN)
        async with asyncio.TaskGroup() as group:
            group.create_task(_again(self._ask_for_unseen, 1.0, stop))
            for site in self.leads_of_sites:
                group.create_task(_again(partial(self.look, site), between, stop))

    async def look(self, site: str) -> None:
        """Look at a site's queue once; each owner does what is due, one thing after the other."""
        answer = await self.baton.ask(
            "GET", "/desk/v1/queue", bearer=await self._token(self.leads_of_sites[site]), lane=site
        )
        rows = self.queues[site] = ok(answer)["leads"]
        self.most_waiting = max(self.most_waiting, sum(row["owner"] is None for row in self._rows()))
        todo: dict[str, list[tuple[Mapping[str, Any], Step]]] = {}
        left = 0
        for row in rows:
            step, to_come = self._judge(row)
            left += to_come
            if step is not None:
                todo.setdefault(row["owner"], []).append((row, step))
        self._left[site] = left
        await asyncio.gather(*(self._do(steps) for steps in todo.values()))

    def _judge(self, row: Mapping[str, Any]) -> tuple[Step | None, int]:
        """What its owner does about a lead now, and 1 if more is to come."""
        now, fate = time.monotonic(), self.fates.get(row["lead"])
        known = self.known.setdefault(row["lead"], Known(now))
        deadline = row["deadline"]
        waits = int(deadline["state"] in _TO_COME if deadline else known.called_at is None)
        if row["owner"] is None or known.ended or (fate and fate.stale is Stale.FOR_GOOD):
            return None, waits
        if fate is None:
            return None, 1
        if known.called_at is None:
            return (Step.CALL if _is_due(row, known, fate, now) else None), 1
        if fate.reason is None:
            return None, 0
        return (Step.END if now - known.called_at >= fate.ends_after else None), 1

    async def _do(self, steps: Sequence[tuple[Mapping[str, Any], Step]]) -> None:
        for row, step in steps:
            known, fate = self.known[row["lead"]], self.fates[row["lead"]]
            if step is Step.CALL:
                if await self._command(row, "attempts", _attempt(row, fate)):
                    known.called_at = time.monotonic()
            else:
                known.ended = await self._command(row, "close", {"reason": fate.reason})

    def _unseen(self) -> list[str]:
        return [lead for lead in self.fates if lead not in self.known and lead not in self.duplicates]

    async def _ask_for_unseen(self) -> None:
        """Accepted leads that were in no queue so far: those that turn out to be duplicates will never be."""
        for lead in self._unseen():
            reader = self.leads_of_sites[self.sites[lead]]
            answer = await self.baton.ask("GET", f"/desk/v1/leads/{lead}", bearer=await self._token(reader))
            if answer.status_code == httpx.codes.OK and answer.json()["duplicate_of"]:
                self.duplicates.add(lead)

    def _rows(self) -> list[dict[str, Any]]:
        return [row for rows in self.queues.values() for row in rows]

    async def _command(self, row: Mapping[str, Any], command: str, body: Mapping[str, Any]) -> bool:
        """Whether the owner's command was taken; one decided on an old row is not, and is tried at the next look."""
        answer = await self.baton.ask(
            "POST",
            f"/desk/v1/leads/{row['lead']}/{command}",
            bearer=await self._token(row["owner"]),
            headers={"if-match": f'"{row["version"]}"'},
            json=body,
            lane=row["site"],
        )
        if answer.status_code in (httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED):
            self.refused += 1
            return False
        ok(answer)
        return True

    async def _token(self, staff: str) -> str:
        return await self.baton.token(f"staff:{staff}", self.secrets[staff])


def _is_due(row: Mapping[str, Any], known: Known, fate: Fate, now: float) -> bool:
    if fate.stale is Stale.UNTIL_ALERTED:
        return bool(row["alert"] and row["alert"]["acknowledged"])
    return now - known.seen_at >= fate.calls_after


def _attempt(row: Mapping[str, Any], fate: Fate) -> dict[str, Any]:
    """An outreach on a channel the person permitted."""
    channel = next((one for one in ("phone", "email", "sms") if one in row["permitted"]), "phone")
    attempt = {"direction": "out", "channel": channel, "result": fate.result}
    return attempt if fate.outcome is None else {**attempt, "outcome": fate.outcome}


async def _again(do: Callable[[], Awaitable[None]], between: float, stop: asyncio.Event) -> None:
    """Do it every `between` seconds until told to stop; late ones are not made up for."""
    while not stop.is_set():
        began = time.monotonic()
        await do()
        await asyncio.sleep(max(0.05, between - (time.monotonic() - began)))
