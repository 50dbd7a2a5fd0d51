"""Coordinators reading their mail: some alerts are acknowledged by the link in it, some seconds after it came."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Final

from deploy.local.mailbox.words import links, text_of
from tests.faults.history import History
from tests.faults.traffic.door import Door, NotAnswered

_ACKNOWLEDGE: Final = re.compile(r"https?://[^/]+(/sla/a/[^/?#\s]+)$")
_LEAD: Final = re.compile(r"/desk/v1/leads/([0-9a-f-]{36})$")
_ID: Final = re.compile(r"<([0-9a-f-]{36})\.([a-z0-9-]+)@")
_BETWEEN: Final = 0.5
_AT_ONCE: Final = 20
"""Letters in hand. The others wait here and not for a connection, so that they are put aside when nobody reads on."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What a letter is about. `path`: of the page that acknowledges it."""

    alert: str
    lead: str
    staff: str
    path: str = field(repr=False)


@dataclass
class Readers:
    """Everybody whose mail lies in this folder."""

    mail: Path
    door: Door
    """sla's"""
    history: History
    delay_of: Callable[[str], float | None]
    """lead -> seconds until its alert is acknowledged, None for never"""
    arrived: int = 0
    acknowledged: int = 0
    _seen: set[str] = field(default_factory=set)
    _offset: int = 0
    _going: set[asyncio.Task[None]] = field(default_factory=set)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def stop(self) -> None:
        """Read no more."""
        self._stop.set()

    async def work(self) -> None:
        """Read what arrives until `stop`."""
        while not self._stop.is_set():
            for name in self._new():
                self.arrived += 1
                alert = read_alert(message_from_bytes((self.mail / f"{name}.eml").read_bytes(), policy=modern))
                delay = self.delay_of(alert.lead) if alert else None
                if alert and delay is not None:
                    task = asyncio.create_task(self._acknowledge(alert, delay))
                    self._going.add(task)
                    task.add_done_callback(self._going.discard)
            await asyncio.sleep(_BETWEEN)
        while self._going:
            await asyncio.gather(*self._going)

    def _new(self) -> list[str]:
        """Names of letters not seen yet; an index that was written anew, after its writer was killed, is read whole."""
        index = self.mail / "index.jsonl"
        size = index.stat().st_size if index.exists() else 0
        if size < self._offset:
            self._offset = 0
        if size == self._offset:
            return []
        with index.open("rb") as lines:
            lines.seek(self._offset)
            *whole, _ = lines.read().split(b"\n")
        self._offset += sum(len(line) + 1 for line in whole)
        names = [name for line in whole if (name := _name(line)) is not None and name not in self._seen]
        self._seen.update(names)
        return names

    async def _acknowledge(self, alert: Alert, delay: float) -> None:
        began, opens_it = time.monotonic(), True
        while not self._stop.is_set() and time.monotonic() - began < delay:
            await asyncio.sleep(min(0.3, delay))
        for _ in range(20):
            async with self._hands:
                if self._stop.is_set() or await self._say(alert, opens_it):
                    return
            opens_it = False
            await asyncio.sleep(1.5)

    async def _say(self, alert: Alert, opens_it: bool) -> bool:
        """GET shows the page and changes nothing; POST is its button. Whether it was answered."""
        ask = 0
        try:
            if opens_it:
                await self.door.ask("GET", alert.path)
            ask = await self.history.write(
                "asked", op="acknowledge", alert=alert.alert, lead=alert.lead, staff=alert.staff
            )
            reply = await self.door.ask("POST", alert.path)
        except NotAnswered as lost:
            if ask:
                await self.history.write("failed_to_answer", ask=ask, why=lost.why, sent=lost.sent)
            return False
        await self.history.write("answered", ask=ask, status=reply.status, body={})
        self.acknowledged += reply.status == 303
        return reply.wait is None


def read_alert(message: EmailMessage) -> Alert | None:
    """The alert a letter is about; None for a letter of another kind."""
    text = links(text_of(message))
    paths = [found[1] for link in text if (found := _ACKNOWLEDGE.match(link))]
    leads = [found[1] for link in text if (found := _LEAD.search(link))]
    id = _ID.search(str(message["Message-ID"]))
    return Alert(id[1], leads[0], id[2], paths[0]) if id and leads and paths else None


def _name(line: bytes) -> str | None:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, KeyError, TypeError):
        return None
