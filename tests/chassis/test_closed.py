"""A connection that is closed under uvloop is a broken one for aiokafka, not an error that ends a client's routine."""

import asyncio

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from services.chassis.closed import teach_closed


async def _after_the_close() -> bool:
    """Whether the connection still counts as one after a request was sent into the closed transport."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    connection = AIOKafkaConnection(host, port)
    connection._reader, connection._writer = await asyncio.open_connection(host, port)
    connection._read_task = asyncio.create_task(asyncio.sleep(60))  # which has not noticed yet
    connection._writer.transport.abort()
    await asyncio.sleep(0.05)
    try:
        with pytest.raises(KafkaConnectionError):
            await connection.send(ApiVersionRequest())
        return bool(connection.connected())
    finally:
        server.close()


def test_a_request_into_a_closed_transport_breaks_the_connection() -> None:
    teach_closed()
    teach_closed()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert not runner.run(_after_the_close())
