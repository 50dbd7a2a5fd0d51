"""The load: referrals over HTTP from a process of its own, raw keep-alive connections, so that it takes little itself.

`python -m tests.bench.offer '{"port": 8080, "key": "...", ...}'` prints what it did as JSON. Paced, arrivals are
Poisson with a seed, and one that has to wait for a free connection is sent late and counted so.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, cast

import uvloop

from tests.bench.child import told_by
from tests.bench.people import body_of
from tests.bench.series import quantile

_PATIENCE: Final = 300.0
PATH: Final = "/intake/v1/referrals"
BATCH: Final = f"{PATH}/batch"
_OF_A_LINE: Final = re.compile(rb'"line":[0-9]+,"status":([0-9]{3})')


@dataclass(frozen=True)
class Order:
    """What to send where. `rate` per second, 0 is as fast as answers come back; numbers `first` to `first + count`.

    With `lines`, so many of them are one request of the batch door (NDJSON), as fast as answers come back.
    """

    port: int
    key: str
    first: int
    count: int
    connections: int
    routes: Sequence[str]
    seed: int
    rate: float = 0.0
    path: str = PATH
    lines: int = 0


@dataclass
class Offered:
    """What became of it. Times in seconds; `took` from the first request to the last answer; `cpu` of this process."""

    sent: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    took: float = 0.0
    cpu: float = 0.0
    answer_p50: float = 0.0
    answer_p99: float = 0.0
    latest: float = 0.0
    """the most that an arrival had to wait for a free connection"""

    @property
    def accepted(self) -> int:
        """Answered 202."""
        return self.statuses.get("202", 0)


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._seen = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is none by class

    def connection_lost(self, exc: Exception | None) -> None:
        """Hung up: whoever waits for an answer is told so."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((0, b""))

    def send(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Status and body of the answer, 0 when the other side hung up."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            self._answer.set_result((0, b""))
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        """An answer is whole when its head and as many bytes as the head says are there."""
        self._seen += data
        head, found, body = self._seen.partition(b"\r\n\r\n")
        if found and len(body) >= length_of(head) and self._answer is not None:
            self._seen = b""
            self._answer.set_result((int(head[9:12]), body))


def length_of(head: bytes) -> int:
    """Bytes that follow an answer's head."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def request_of(order: Order, number: int) -> bytes:
    """One POST, whole."""
    key = f"idempotency-key: bench-{order.seed}-{number}\r\ncontent-type: application/json"
    return _post(order, key, body_of(number, order.routes, order.seed))


def batch_of(order: Order, first: int) -> bytes:
    """One POST with this number and those after it, as many as the order has for one request."""
    after = min(first + order.lines, order.first + order.count)
    body = b"\n".join(body_of(number, order.routes, order.seed) for number in range(first, after))
    return _post(order, "content-type: application/x-ndjson", body)


def statuses_of(order: Order, status: int, body: bytes) -> list[int]:
    """Of every referral that the request was about."""
    if not order.lines or status != 200:
        return [status]
    return [int(one) for one in _OF_A_LINE.findall(body)]


def _post(order: Order, fields: str, body: bytes) -> bytes:
    head = (
        f"POST {order.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {order.key}\r\n"
        f"{fields}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def offer(order: Order) -> Offered:
    """Send it all, and wait for every answer."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Connection, "127.0.0.1", order.port) for _ in range(order.connections)]
    free = deque(protocol for _, protocol in made)
    times: list[float] = []
    statuses: Counter[int] = Counter()
    began, cpu = time.perf_counter(), time.process_time()
    worker = _paced if order.rate else _as_fast_as_answered
    latest = await asyncio.wait_for(worker(order, free, times, statuses), _PATIENCE + _expected(order))
    took = time.perf_counter() - began
    for transport, _ in made:
        transport.close()
    named = {str(status): n for status, n in statuses.items()}
    p50, p99 = quantile(times, 0.5), quantile(times, 0.99)
    return Offered(sum(statuses.values()), named, took, time.process_time() - cpu, p50, p99, latest)


async def _as_fast_as_answered(
    order: Order, free: "deque[Connection]", times: list[float], statuses: Counter[int]
) -> float:
    numbers = iter(range(order.first, order.first + order.count, order.lines or 1))
    made = batch_of if order.lines else request_of

    async def keep_sending(connection: Connection) -> None:
        for number in numbers:
            request = made(order, number)
            asked = time.perf_counter()
            statuses.update(statuses_of(order, *await connection.send(request)))
            times.append(time.perf_counter() - asked)

    await asyncio.gather(*map(keep_sending, free))
    return 0.0


async def _paced(order: Order, free: "deque[Connection]", times: list[float], statuses: Counter[int]) -> float:
    turn = random.Random(order.seed)
    due = time.perf_counter()
    latest = 0.0
    waiting: set[asyncio.Task[None]] = set()

    async def send_one(connection: Connection, request: bytes) -> None:
        asked = time.perf_counter()
        statuses.update(statuses_of(order, *await connection.send(request)))
        times.append(time.perf_counter() - asked)
        free.append(connection)

    for number in range(order.first, order.first + order.count):
        request = request_of(order, number)
        due += turn.expovariate(order.rate)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        while not free:
            await asyncio.sleep(0.001)
        latest = max(latest, time.perf_counter() - due)
        task = asyncio.create_task(send_one(free.popleft(), request))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)
    return latest


def _expected(order: Order) -> float:
    return order.count / (order.rate or 20.0)


async def offered(order: Order) -> Offered:
    """The same from a process of its own, as the benchmark runs it.

    Raises:
        RuntimeError: it failed; its own words.
    """
    return Offered(**await told_by("tests.bench.offer", asdict(order)))


def main() -> None:
    """What the first argument orders."""
    order = Order(**json.loads(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(offer(order)))))


if __name__ == "__main__":
    main()
