"""Links through the real proxy process, with a server behind them that says back what it hears."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from deploy.local.addresses import HOST
from deploy.local.ports import free_port
from tests.faults.stand.links import Link, links

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]

BIG = b"x" * 1_000_000


class Echo:
    """The server: how many it serves now, and what it heard."""

    def __init__(self) -> None:
        self.serves = 0
        self.heard = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serves += 1
        try:
            while data := await reader.read(65_536):
                self.heard += data
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self.serves -= 1
            writer.close()


class Way:
    """A link, what is behind it, and connections through it."""

    def __init__(self, link: Link, echo: Echo, port: int) -> None:
        self.link, self.echo = link, echo
        self._port = port
        self._wires: list[Wire] = []

    async def connect(self) -> Wire:
        wire = await asyncio.open_connection(HOST, self._port)
        self._wires.append(wire)
        return wire

    def close(self) -> None:
        for _, writer in self._wires:
            writer.close()


@pytest.fixture
async def way(tmp_path: Path) -> AsyncIterator[Way]:
    echo, port = Echo(), free_port()
    server = await asyncio.start_server(echo.serve, HOST, 0)
    behind = server.sockets[0].getsockname()[1]
    async with links({"a.b": (port, behind)}, tmp_path / "proxies.log") as made:
        opened = Way(made["a.b"], echo, port)
        yield opened
        opened.close()
        await opened.link.heal()
        await until(lambda: echo.serves == 0)
        server.close()


async def said_back(wire: Wire, what: bytes, within: float = 5.0) -> bytes:
    reader, writer = wire
    writer.write(what)
    async with asyncio.timeout(within):
        return await reader.readexactly(len(what))


async def until(true: Callable[[], bool], within: float = 5.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)


async def test_whole_it_carries_everything_both_ways(way: Way) -> None:
    wires = [await way.connect() for _ in range(20)]
    answers = await asyncio.gather(*(said_back(wire, bytes([n]) * 300_000) for n, wire in enumerate(wires)))
    assert answers == [bytes([n]) * 300_000 for n in range(20)]
    assert await way.link.told() == {"open": 20, "to": 6_000_000, "from": 6_000_000}


async def test_the_end_of_one_side_comes_through_and_the_rest_still_arrives(way: Way) -> None:
    reader, writer = await way.connect()
    writer.write(BIG)
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(-1), 5) == BIG
    assert (await way.link.told())["open"] == 0


async def test_cut_it_drops_what_is_open_and_refuses_what_comes(way: Way) -> None:
    wire = await way.connect()
    assert await said_back(wire, b"before") == b"before"
    await way.link.cut()
    assert await asyncio.wait_for(wire[0].read(), 5) == b""
    await until(lambda: way.echo.serves == 0)
    with pytest.raises(ConnectionRefusedError):
        await way.connect()
    await way.link.heal()
    assert await said_back(await way.connect(), b"after") == b"after"


async def test_reset_it_breaks_what_is_open_and_takes_what_comes(way: Way) -> None:
    wire = await way.connect()
    assert await said_back(wire, b"before") == b"before"
    await way.link.reset()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(wire[0].read(), 5)
    assert await said_back(await way.connect(), b"after") == b"after"


async def test_standing_still_it_loses_nothing(way: Way) -> None:
    before = await way.connect()
    assert await said_back(before, b"before") == b"before"
    await way.link.hold()
    late = await way.connect()
    waiting = [asyncio.create_task(said_back(wire, BIG)) for wire in (before, late)]
    await asyncio.sleep(0.3)
    assert way.echo.heard == b"before"
    await way.link.heal()
    assert await asyncio.gather(*waiting) == [BIG, BIG]


@pytest.mark.parametrize(("lost", "heard"), [("to", b""), ("from", b"into the dark")])
async def test_one_way_the_server_hears_or_does_not_and_nobody_is_told(way: Way, lost: str, heard: bytes) -> None:
    wire = await way.connect()
    await said_back(wire, b"before")
    await way.link.one_way("to" if lost == "to" else "from")
    way.echo.heard = b""
    with pytest.raises(TimeoutError):
        await said_back(wire, b"into the dark", within=0.3)
    assert way.echo.heard == heard


async def test_a_stream_with_a_hole_is_reset_when_the_link_heals(way: Way) -> None:
    holed, whole = await way.connect(), await way.connect()
    assert await said_back(whole, b"one") == b"one"
    await way.link.one_way("to")
    holed[1].write(b"lost")
    await asyncio.sleep(0.1)
    await way.link.heal()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(holed[0].read(), 5)
    assert await said_back(whole, b"two") == b"two"


async def test_the_server_does_not_learn_that_a_client_died_when_its_words_vanish(way: Way) -> None:
    wire = await way.connect()
    assert await said_back(wire, b"before") == b"before"
    await way.link.one_way("to")
    wire[1].transport.abort()
    await asyncio.sleep(0.3)
    assert way.echo.serves == 1
    await way.link.heal()
    await until(lambda: way.echo.serves == 0)


async def test_slow_it_takes_the_delay_each_way_and_carries_so_much_a_second(way: Way) -> None:
    wire = await way.connect()
    await way.link.slow(0.1)
    began = time.monotonic()
    assert await said_back(wire, b"small") == b"small"
    assert time.monotonic() - began >= 0.2
    await way.link.slow(0.0, 2_000_000)
    began = time.monotonic()
    assert await said_back(wire, BIG) == BIG
    assert time.monotonic() - began >= 0.5
    await way.link.slow(60.0)
    pending = asyncio.create_task(said_back(wire, b"held up"))
    await asyncio.sleep(0.1)
    await way.link.heal()
    assert await pending == b"held up"
