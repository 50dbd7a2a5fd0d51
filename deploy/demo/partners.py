"""Partners' systems: send referrals when they come, the odd one twice, and keep what they were answered."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from deploy.demo.client import Baton
from deploy.demo.deliveries import ACCEPTED, MALFORMED, Delivery, Twist

DOOR = "/intake/v1/referrals"


@dataclass(frozen=True)
class Answered:
    """What a partner heard about one delivery. `meaning` is `accepted`, `malformed` (any other 4xx) or a code."""

    delivery: Delivery
    status: int
    meaning: str
    lead: str | None
    seconds: float
    same_again: bool | None = None
    """whether the second sending of a retried one was answered as the first; None where it was sent once"""


Heard = Callable[[Answered], None]


async def send_all(
    baton: Baton, keys: Mapping[str, str], deliveries: Sequence[Delivery], heard: Heard, *, at_once: int = 16
) -> list[Answered]:
    """Send each delivery at its time, `at_once` at most, and tell `heard` of each answer. Takes as long as the last."""
    start, gate = time.monotonic(), asyncio.Semaphore(at_once)

    async def one(delivery: Delivery) -> Answered:
        await asyncio.sleep(max(0.0, start + delivery.at - time.monotonic()))
        async with gate:
            answered = await _send(baton, keys[delivery.offer.partner], delivery)
        heard(answered)
        return answered

    return await asyncio.gather(*(one(delivery) for delivery in deliveries))


async def _send(baton: Baton, key: str, delivery: Delivery) -> Answered:
    lane = f"{delivery.offer.partner} {delivery.number % 2}"

    def post() -> Awaitable[httpx.Response]:
        headers = {"content-type": delivery.media_type, "idempotency-key": delivery.key}
        return baton.ask("POST", DOOR, bearer=key, headers=headers, content=delivery.body, lane=lane)

    began = time.monotonic()
    first = await post()
    seconds, same = time.monotonic() - began, None
    if delivery.twist is Twist.RETRIED:
        again = await post()
        same = (again.status_code, again.content) == (first.status_code, first.content)
    meaning, lead = read(first)
    return Answered(delivery, first.status_code, meaning, lead, seconds, same)


def read(response: httpx.Response) -> tuple[str, str | None]:
    """What an answer means, and the lead's id where there is one."""
    if response.status_code == httpx.codes.ACCEPTED:
        return ACCEPTED, str(response.json()["lead"])
    try:
        code = str(response.json().get("code", ""))
    except ValueError:
        code = ""
    if 400 <= response.status_code < 500 and (response.status_code != 422 or code.startswith(("field_", "body_"))):
        return MALFORMED, None
    return code or f"status {response.status_code}", None
