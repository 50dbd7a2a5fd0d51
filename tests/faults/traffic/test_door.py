"""The client says truly what became of a request: answered, perhaps read, or never sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.faults.traffic.door import Door, NotAnswered, Reply

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-One: 1\r\n\r\n{"a": 1}\n'


@asynccontextmanager
async def _serving(talk: Talk, *, timeout: float = 2.0) -> AsyncIterator[tuple[Door, list[int]]]:
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    door = Door(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=timeout)
    try:
        yield door, connections
    finally:
        door.close()
        server.close()
        await server.wait_closed()


async def _always(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while (await reader.readline()).strip():
        while (await reader.readline()).strip():
            pass
        writer.write(OK)


async def test_connections_are_kept() -> None:
    async with _serving(_always) as (door, connections):
        replies = [await door.ask("GET", "/") for _ in range(5)]
        assert [reply.json() for reply in replies] == [{"a": 1}] * 5
        assert replies[0].headers["x-one"] == "1"
        assert len(connections) == 1


async def test_many_at_once_have_a_connection_each() -> None:
    async with _serving(_always) as (door, connections):
        await asyncio.gather(*(door.ask("GET", "/") for _ in range(10)))
        assert len(connections) == 10


@pytest.mark.parametrize("piece", [b"", OK[:20], b"nonsense\r\n\r\n"])
async def test_an_answer_that_breaks_off_may_have_been_acted_on(piece: bytes) -> None:
    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(piece)
        await writer.drain()

    async with _serving(breaks) as (door, _):
        with pytest.raises(NotAnswered) as lost:
            await door.ask("POST", "/", body=b"{}")
        assert lost.value.sent


async def test_silence_ends_and_its_connection_is_not_used_again() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with _serving(silent, timeout=0.2) as (door, connections):
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(NotAnswered) as lost:
                await door.ask("GET", "/")
            assert lost.value.sent
        assert time.monotonic() - began < 2
        assert len(connections) == 2


async def test_what_nobody_took_was_not_sent() -> None:
    async with _serving(_always) as (door, _):
        pass
    with pytest.raises(NotAnswered) as lost:
        await door.ask("GET", "/")
    assert not lost.value.sent


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (202, {}, None),
        (422, {}, None),
        (409, {}, None),
        (409, {"retry-after": "2"}, 2.0),
        (503, {"retry-after": "3"}, 3.0),
        (500, {}, 0.5),
    ],
)
def test_which_answers_stand(status: int, headers: dict[str, str], wait: float | None) -> None:
    assert Reply(status, headers, b"").wait == wait
