"""A closed connection, as uvloop says it and aiokafka understands it.

aiokafka takes an OSError of a write for a broken connection and connects anew. uvloop's closed transports raise
RuntimeError: it ended the routine that fetches, in silence, and the consumer got nothing from then on (seen 47 and 79 s
after a reset; aiokafka's issue 1038, open).
"""

from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError


def teach_closed() -> None:
    """Make aiokafka's connections say KafkaConnectionError, once in a process; before the first client is made."""
    plain = AIOKafkaConnection.send
    if hasattr(plain, "__wrapped__"):
        return

    @wraps(plain)
    def send(self: AIOKafkaConnection, *args: Any, **kwargs: Any) -> Any:
        try:
            return plain(self, *args, **kwargs)
        except RuntimeError as closed:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {closed}") from closed

    AIOKafkaConnection.send = send
