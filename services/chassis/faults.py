"""Bad data and "not now" are different words: which errors pass by themselves, and which never will (delivery.md)."""

import asyncio
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_RETRY_IN_PLACE: Final = frozenset({"40001", "40P01"})
"""serialization failure, deadlock: the same work, at once, on the same database"""

_PASSING_CLASSES: Final = ("08", "53", "57", "58")
"""connection, resources (disk full, too many connections), operator (shutdown, cancel), system errors"""

_PASSING_CODES: Final = frozenset({"55P03", "25P03", "25P04"}) | _RETRY_IN_PLACE
"""lock timeout, idle-in-transaction timeout, transaction timeout"""


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later without anybody mending anything."""
    if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return False  # somebody has to mend this machine
    if isinstance(error, ConnectionError | TimeoutError | asyncio.TimeoutError | PoolTimeout | OSError):
        return True
    if isinstance(error, asyncpg.InternalClientError):
        return True  # the driver lost the thread: a server killed in the middle of a word, a schema changed under it
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # a value that fits no column is as bad at every try
    state = sqlstate_of(error)
    if state is not None:
        return state in _PASSING_CODES or state.startswith(_PASSING_CLASSES)
    return isinstance(error, DBAPIError) and error.connection_invalidated


def may_retry_in_place(error: BaseException) -> bool:
    """Deadlock or serialization: worth three tries on the spot."""
    return sqlstate_of(error) in _RETRY_IN_PLACE


def sqlstate_of(error: BaseException | None) -> str | None:
    """The SQLSTATE behind an error of asyncpg or SQLAlchemy; None when PostgreSQL did not say one."""
    seen: BaseException | None = error
    while seen is not None:
        state = getattr(seen, "sqlstate", None)
        if isinstance(state, str):
            return state
        seen = getattr(seen, "orig", None) or seen.__cause__
    return None
