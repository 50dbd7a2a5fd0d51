"""Staff reading their mail: each alert's page is opened (as a mail scanner would) and acknowledged by its button."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from deploy.demo.client import Unhelpful, ok

_ACKNOWLEDGE: Final = re.compile(r"/sla/a/[^/?#\s]+$")
_LEAD: Final = re.compile(r"/desk/v1/leads/([0-9a-f-]{36})$")
_BUTTON: Final = "<button>"
_SEEN: Final = '<strong class="calm">Seen.'
BETWEEN: Final = 0.3
"""Seconds between two looks at the mailbox."""

_AT_ONCE: Final = 6


@dataclass
class Readers:
    """Everybody whose mail arrives in the mailbox at `mailbox`. `answers(lead)` says whether this alert is acted on."""

    mailbox: str
    answers: Callable[[str], bool]
    arrived: int = 0
    acknowledged: int = 0
    left_alone: int = 0
    too_late: int = 0
    """withdrawn before it was read"""
    transport: httpx.AsyncBaseTransport | None = None
    _last: str = ""

    async def work(self, stop: asyncio.Event) -> None:
        """Read what arrives until told to stop, and once more."""
        async with httpx.AsyncClient(timeout=30, trust_env=False, transport=self.transport) as http:
            while not stop.is_set():
                await self._look(http)
                await asyncio.sleep(BETWEEN)
            await self._look(http)

    async def _look(self, http: httpx.AsyncClient) -> None:
        listed = ok(await http.get(f"{self.mailbox}/messages", params={"after": self._last}))
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(name: str) -> None:
            async with gate:
                await self._read(http, ok(await http.get(f"{self.mailbox}/messages/{name}")))

        names = [message["id"] for message in listed["messages"]]
        self.arrived, self._last = self.arrived + len(names), max([self._last, *names])
        await asyncio.gather(*(one(name) for name in names))

    async def _read(self, http: httpx.AsyncClient, message: dict[str, Any]) -> None:
        links: list[str] = message["links"]
        leads = [found[1] for link in links if (found := _LEAD.search(link))]
        doors = [link for link in links if _ACKNOWLEDGE.search(link)]
        if len(leads) != 1 or len(doors) != 1:
            raise Unhelpful("an alert's mail names no lead or has no link to acknowledge it")
        if not self.answers(leads[0]):
            self.left_alone += 1
            return
        shown = _page(await http.get(doors[0]))
        if _BUTTON not in shown:  # answered meanwhile
            self.too_late += 1
            return
        seen = _page(await http.post(doors[0], follow_redirects=True))
        self.acknowledged += _SEEN in seen
        self.too_late += _SEEN not in seen


def _page(response: httpx.Response) -> str:
    if response.status_code != httpx.codes.OK:
        raise Unhelpful(f"the page of an alert answered {response.status_code}")
    return response.text


async def count_letters(mailbox: str) -> int:
    """How many letters ever arrived in the mailbox."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        return len(ok(await http.get(f"{mailbox}/messages"))["messages"])
