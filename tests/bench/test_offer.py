import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.bench.offer import Order, batch_of, offer, statuses_of

ROUTES = ("gorse-gorse-1",)


class Door:
    """A server that answers in two pieces, and keeps what it was sent."""

    def __init__(self, status: bytes) -> None:
        self.status = status
        self.bodies: list[dict[str, object]] = []
        self.keys: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            fields = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n")[1:])
            self.bodies.append(json.loads(await reader.readexactly(int(fields[b"content-length"]))))
            self.keys.append(fields[b"idempotency-key"])
            writer.write(b"HTTP/1.1 " + self.status + b"\r\ncontent-length: 4\r\n\r\nab")
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(b"cd")


@asynccontextmanager
async def a_door(status: bytes = b"202 Accepted") -> AsyncIterator[tuple[Door, int]]:
    door = Door(status)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await door.serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield door, server.sockets[0].getsockname()[1]


async def test_every_number_is_sent_once_under_its_own_key() -> None:
    async with a_door() as (door, port):
        done = await offer(Order(port, "secret", 10, 25, 4, ROUTES, seed=7))
    assert done.statuses == {"202": 25}
    assert sorted(str(body["external_id"]) for body in door.bodies) == sorted(f"R-7-{n}" for n in range(10, 35))
    assert len(set(door.keys)) == 25


@pytest.mark.parametrize("status", [b"503 Service Unavailable", b"429 Too Many Requests"])
async def test_what_is_not_accepted_is_counted_apart(status: bytes) -> None:
    async with a_door(status) as (_, port):
        done = await offer(Order(port, "secret", 1, 3, 1, ROUTES, seed=7))
    assert (done.accepted, done.statuses) == (0, {status[:3].decode(): 3})


async def test_a_pace_is_not_outrun() -> None:
    async with a_door() as (door, port):
        done = await offer(Order(port, "secret", 1, 40, 4, ROUTES, seed=7, rate=200.0))
    assert done.took > 0.05  # 40 Poisson arrivals at 200/s take 0.2 s, and less than a quarter of it next to never
    assert len(door.bodies) == 40


def test_a_batch_has_its_lines_and_the_last_one_what_is_left() -> None:
    order = Order(80, "secret", 10, 25, 4, ROUTES, seed=7, lines=10)
    sent = {first: batch_of(order, first).partition(b"\r\n\r\n")[2].split(b"\n") for first in (10, 20, 30)}
    ids = {first: [json.loads(line)["external_id"] for line in lines] for first, lines in sent.items()}
    assert ids == {first: [f"R-7-{n}" for n in range(first, min(first + 10, 35))] for first in (10, 20, 30)}


@pytest.mark.parametrize(
    ("status", "body", "counted"),
    [
        (200, b'{"line":1,"status":202,"body":{}}\n{"line":2,"status":422,"body":{"status":422}}\n', [202, 422]),
        (503, b'{"status":503}', [503]),
    ],
)
def test_of_a_batch_every_line_is_counted(status: int, body: bytes, counted: list[int]) -> None:
    assert statuses_of(Order(80, "secret", 1, 2, 1, ROUTES, seed=7, lines=2), status, body) == counted
