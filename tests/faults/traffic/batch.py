"""What a partner sends in one request of many lines, each of which is answered by itself."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from tests.faults.traffic.door import Door, NotAnswered, Reply

PATH: Final = "/intake/v1/referrals/batch"
MEDIA: Final = "application/x-ndjson"
GATHERS: Final = 0.25
"""Seconds in which lines of one partner come together."""

_Waiting = tuple[bytes, "asyncio.Future[Reply]"]


@dataclass
class Batches:
    """Lines of all partners on their way; `ask` looks to its caller as if its line were a request of its own."""

    door: Door
    sent: int = 0
    """requests so far"""
    _gathering: dict[str, list[_Waiting]] = field(default_factory=lambda: defaultdict(list))
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, secret: str, line: bytes) -> Reply:
        """The answer to one line. Raises NotAnswered when the request it went with was not answered."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._gathering[secret].append((line, answer))
        if len(self._gathering[secret]) == 1:
            task = asyncio.create_task(self._send(secret))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return await answer

    async def _send(self, secret: str) -> None:
        await asyncio.sleep(GATHERS)
        lines = self._gathering.pop(secret)
        self.sent += 1
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": MEDIA}
        try:
            reply = await self.door.ask("POST", PATH, headers=headers, body=b"\n".join(line for line, _ in lines))
            replies = replies_of(reply, len(lines))
        except NotAnswered as lost:
            for _, answer in lines:
                _tell(answer, NotAnswered(lost.why, sent=lost.sent))
            return
        for (_, answer), told in zip(lines, replies, strict=True):
            _tell(answer, told)


def replies_of(reply: Reply, count: int) -> list[Reply]:
    """A line's answer as the reply it would have been alone; what is said of the whole is said of each.

    Raises:
        ValueError: the answer does not have a line for each, or not in their order.
    """
    if reply.status != 200:
        return [reply] * count
    told: list[dict[str, Any]] = [json.loads(line) for line in reply.body.splitlines()]
    if [one["line"] for one in told] != list(range(1, count + 1)):
        raise ValueError(f"{count} lines were sent, and answered are {[one['line'] for one in told]}")
    return [_alone(one) for one in told]


def _alone(told: dict[str, Any]) -> Reply:
    headers = {"retry-after": str(told["retry_after"])} if "retry_after" in told else {}
    return Reply(told["status"], headers, json.dumps(told["body"]).encode())


def _tell(answer: "asyncio.Future[Reply]", told: Reply | NotAnswered) -> None:
    if answer.done():  # nobody waits for it any more
        return
    if isinstance(told, NotAnswered):
        answer.set_exception(told)
    else:
        answer.set_result(told)
