"""Partners: they send what is planned at its time, and ask again under the same key until they are answered.

Every request is a pair of lines in the history: `asked`, on the disk before the first byte leaves, then `answered` or
`failed_to_answer`. An attempt of the same operation has the id `<operation>#2`, `#3`, ... and the kind `again` where it
repeats something that makes a lead; its `of` names the operation whose key it carries.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.faults.history import History
from tests.faults.traffic.batch import Batches
from tests.faults.traffic.door import Door, NotAnswered, Reply
from tests.faults.traffic.plan import LEADS, Kind, Operation
from tests.faults.traffic.window import Window

PATH: Final = "/intake/v1/referrals"
IN_FLIGHT: Final = 200
"""Operations under way at once; while there are so many, arrivals wait (and come at once when they may)."""

PATIENCE: Final = 1800.0
"""Seconds a partner goes on asking."""

_FIRST, _LONGEST = 0.2, 5.0
_REPEATS: Final = LEADS | {Kind.AGAIN, Kind.COPY}


class Referred(NamedTuple):
    """An accepted lead: the number of its person, and its site."""

    person: int
    site: str


@dataclass
class Partners:
    """All partners together."""

    door: Door
    """intake's"""
    secrets: Mapping[str, str] = field(repr=False)
    """`partner:quarrel` -> its API key"""
    history: History
    in_flight: int = IN_FLIGHT
    patience: float = PATIENCE
    sent: int = 0
    """operations begun"""
    settled: int = 0
    """operations that were answered for good"""
    given_up: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """`new 202`, `refused 422`, ... -> how many operations ended so"""
    unexpected: Counter[str] = field(default_factory=Counter)
    """the same, of answers that the operation must not get"""
    leads: dict[str, Referred] = field(default_factory=dict)
    """accepted lead -> whom it is about, and where they were sent"""
    on_accepted: Callable[[str], None] | None = None
    """told of every lead as it is accepted for the first time"""
    batches: Batches = field(init=False)
    _window: Window = field(init=False)
    _accepted: set[str] = field(default_factory=set)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._window = Window(self.in_flight)
        self.batches = Batches(self.door)

    @property
    def people(self) -> dict[str, int]:
        """Accepted lead -> the number of its person."""
        return {lead: one.person for lead, one in self.leads.items()}

    def stop(self) -> None:
        """Begin nothing more and give up what was not answered so far; `run` returns soon."""
        self._stop.set()

    async def run(self, plan: Iterable[Operation]) -> None:
        """Send it all, each at its time, until all of it is settled."""
        began, slots = time.monotonic(), asyncio.Semaphore(self.in_flight)
        for operation in plan:
            await self._rest(began + operation.at - time.monotonic())
            await slots.acquire()
            if self._stop.is_set():
                break
            self._running[operation.id] = asyncio.create_task(self._carried(operation, slots))
        while self._running:
            await asyncio.gather(*self._running.values())

    async def _carried(self, operation: Operation, slots: asyncio.Semaphore) -> None:
        try:
            await self._carry(operation)
        finally:
            del self._running[operation.id]
            slots.release()

    async def _carry(self, operation: Operation) -> None:
        """One operation, until it is answered or patience ends."""
        if operation.kind is Kind.OTHER_BODY and not await self._was_accepted(operation.of or ""):
            return
        self.sent += 1
        ends, tries = time.monotonic() + self.patience, 1
        while True:
            async with self._window:
                reply = None if self._stop.is_set() else await self._try(operation, tries)
            if reply is not None and reply.wait is None:
                self._settle(operation, reply)
                return
            pause = (reply.wait if reply else None) or min(_LONGEST, _FIRST * 2 ** min(tries, 8))
            if time.monotonic() + pause > ends or not await self._rest(pause * random.uniform(0.7, 1.3)):
                self.given_up += 1
                return
            tries += 1

    async def _was_accepted(self, id: str) -> bool:
        """Another body under a key means something only once the first was accepted (delivery.md, P2)."""
        if (first := self._running.get(id)) is not None:
            await asyncio.wait({first})
        return id in self._accepted

    async def _try(self, operation: Operation, tries: int) -> Reply | None:
        ask = await self.history.write("asked", **_line(operation, tries))
        try:
            reply = await self._ask(operation)
        except NotAnswered as lost:
            if lost.sent:
                self._window.unanswered()
            await self.history.write("failed_to_answer", ask=ask, why=lost.why, sent=lost.sent)
            return None
        self._window.answered()
        await self.history.write("answered", ask=ask, status=reply.status, body=_told(reply))
        return reply

    async def _ask(self, operation: Operation) -> Reply:
        secret = self.secrets[f"partner:{operation.lane.partner}"]
        if operation.batched:
            return await self.batches.ask(secret, operation.sent.content)
        headers = {
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": operation.key,
            "Content-Type": operation.sent.media,
        }
        return await self.door.ask("POST", PATH, headers=headers, body=operation.sent.content)

    def _settle(self, operation: Operation, reply: Reply) -> None:
        self.settled += 1
        told = reply.json()
        name = f"{operation.kind} {reply.status}" + (f" {told['code']}" if "code" in told else "")
        self.outcomes[name] += 1
        if (reply.status, told.get("code")) != (operation.sent.status, operation.sent.code):
            self.unexpected[name] += 1
        if reply.status == 202 and "lead" in told:
            self._accepted.add(operation.id)
            if self.on_accepted and told["lead"] not in self.leads:
                self.on_accepted(told["lead"])
            self.leads[told["lead"]] = Referred(operation.person, operation.lane.site)

    async def _rest(self, seconds: float) -> bool:
        """Wait; False when everybody is told to stop meanwhile."""
        if seconds > 0 and not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), seconds)
            except TimeoutError:
                return True
        return not self._stop.is_set()


def _line(operation: Operation, tries: int) -> dict[str, Any]:
    repeats = tries > 1 and operation.kind in _REPEATS
    of = operation.of
    if tries > 1 and operation.kind not in (Kind.COPY, Kind.AGAIN, Kind.OTHER_BODY):
        of = operation.id  # whose key it carries; a copy and its like name that one already
    return {
        "op": "refer",
        "id": operation.id if tries == 1 else f"{operation.id}#{tries}",
        "partner": operation.lane.partner,
        "route": operation.lane.route,
        "study": operation.lane.study,
        "site": operation.lane.site,
        "key": operation.key,
        "external_id": operation.external,
        "sha": operation.sha,
        "person": operation.person,
        "kind": str(Kind.AGAIN if repeats else operation.kind),
        "batched": operation.batched,
        "of": of,
        "expect": [operation.sent.status],
        "code": operation.sent.code,
        "facts": operation.sent.facts,
    }


def _told(reply: Reply) -> dict[str, Any]:
    """What of an answer is worth keeping: all of an acceptance, a problem's code and where it points."""
    body = reply.json()
    kept = ("lead", "status", "received_at", "superseded_material", "code", "errors")
    return {name: body[name] for name in kept if name in body}
