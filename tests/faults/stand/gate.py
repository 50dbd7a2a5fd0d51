"""One link of the proxy process: a port, what it leads to, its connections, and what can be done to them."""

import asyncio
import socket
from typing import Final

from deploy.local.addresses import HOST
from tests.faults.stand.flow import FROM, TO, End, Line

_BACKLOG: Final = 512


class Gate:
    """Listens on `port` and leads to `target`, both on this machine."""

    def __init__(self, port: int, target: int) -> None:
        self._port = port
        self._target = target
        self._there, self._back = Line(TO), Line(FROM)
        self._flows: set[tuple[End, End]] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None
        self._connecting: set[asyncio.Task[None]] = set()
        self._keeps = _bound(port)  # never listens: while the link is cut nobody else can take the port

    async def listen(self) -> None:
        """Take connections."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._client, sock=_bound(self._port), backlog=_BACKLOG)

    async def cut(self) -> None:
        """Drop everything that is open and refuse what comes."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)  # the listening socket is closed in the loop's next turn
        self._drop_all(reset=False)

    async def reset(self) -> None:
        """An RST to both ends of what is open; new connections are taken."""
        self._drop_all(reset=True)

    async def hold(self) -> None:
        """Nothing comes through and nothing is lost, until `heal`: a network that stands still."""
        await self.heal()
        self._open.clear()
        self._there.mode = self._back.mode = "hold"
        for ends in self._flows:
            for end in ends:
                end.pause("held")

    async def one_way(self, way: str) -> None:
        """Bytes of this way vanish, ends of connections as well; those of the other way come through."""
        await self.heal()
        for line in (self._there, self._back):
            if line.way == way:
                line.mode = "vanish"

    async def slow(self, delay_s: float, bytes_per_s: float) -> None:
        """Everything comes so much later, and not more than so much of it a second and way (0: any)."""
        await self.heal()
        for line in (self._there, self._back):
            line.mode, line.delay, line.rate = "slow", delay_s, bytes_per_s

    async def heal(self) -> None:
        """As at the start. A connection that lost bytes cannot go on: it is reset."""
        for line in (self._there, self._back):
            line.mode = "flow"
        self._open.set()
        for client, server in list(self._flows):
            if client.lost or server.lost:
                client.drop(reset=True)
                server.drop(reset=True)
                self._flows.discard((client, server))
                continue
            for end in (client, server):
                end.flush()
                end.resume("held")
        await self.listen()

    @property
    def told(self) -> dict[str, int]:
        """Open connections and bytes that came along, each way."""
        return {"open": len(self._flows), TO: self._there.bytes, FROM: self._back.bytes}

    def _client(self) -> End:
        """asyncio's protocol factory: a connection was taken."""

        def gone() -> None:
            if not (client.is_open or server.is_open):
                self._flows.discard((client, server))

        client, server = End(self._there, gone), End(self._back, gone)
        client.other, server.other = server, client
        self._flows.add((client, server))
        task = asyncio.get_running_loop().create_task(self._connect(client, server))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return client

    async def _connect(self, client: End, server: End) -> None:
        await self._open.wait()
        if self._there.mode != "vanish":  # else not even the wish to connect arrives
            try:
                await asyncio.get_running_loop().create_connection(lambda: server, HOST, self._target)
            except OSError:
                client.drop(reset=True)
                self._flows.discard((client, server))
                return
        else:
            client.lost = True
        if not client.is_open:
            server.drop()

    def _drop_all(self, *, reset: bool) -> None:
        for task in list(self._connecting):
            task.cancel()
        for client, server in list(self._flows):
            client.drop(reset=reset)
            server.drop(reset=reset)
        self._flows.clear()


def _bound(port: int) -> socket.socket:
    wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    wire.bind((HOST, port))
    return wire
