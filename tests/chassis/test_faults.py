"""Which errors pass by themselves, and which somebody has to mend: sentences (delivery.md, "Reading")."""

import errno

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.chassis.faults import is_transient, may_retry_in_place


def wrapped(error: Exception) -> DBAPIError:
    """As SQLAlchemy hands an error of the driver on."""
    return DBAPIError("select 1", None, error)


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        ("the connection is gone", ConnectionResetError()),
        ("nobody answered in time", TimeoutError()),
        ("no connection of the pool came free", PoolTimeout()),
        ("the disk is full", OSError(errno.ENOSPC, "full")),
        ("PostgreSQL's disk is full", asyncpg.DiskFullError("full")),
        ("a deadlock", asyncpg.DeadlockDetectedError("crosswise")),
        ("a lock that did not come free", asyncpg.LockNotAvailableError("waited")),
        ("a server that shuts down", asyncpg.AdminShutdownError("going")),
        ("a session that was idle too long", asyncpg.IdleInTransactionSessionTimeoutError("slept")),
        ("too many connections", asyncpg.TooManyConnectionsError("full")),
        ("a server killed in the middle of a word", asyncpg.InternalClientError("unexpected state")),
        ("a table that was changed under a prepared statement", asyncpg.OutdatedSchemaCacheError("changed")),
        ("the same through SQLAlchemy", wrapped(asyncpg.DeadlockDetectedError("crosswise"))),
    ],
)
def test_it_passes_by_itself(sentence: str, error: Exception) -> None:
    assert is_transient(error), sentence


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        ("a rule's exception", ValueError("no")),
        ("a missing key", KeyError("no")),
        ("a constraint", asyncpg.CheckViolationError("no")),
        ("a value that fits no column", asyncpg.DataError("no")),
        ("a file that others may not read", PermissionError()),
        ("a program that is not there", FileNotFoundError()),
        ("a constraint through SQLAlchemy", wrapped(asyncpg.UniqueViolationError("no"))),
    ],
)
def test_somebody_has_to_mend_it(sentence: str, error: Exception) -> None:
    assert not is_transient(error), sentence


def test_only_deadlock_and_serialization_are_tried_again_on_the_spot() -> None:
    assert may_retry_in_place(asyncpg.DeadlockDetectedError("x"))
    assert may_retry_in_place(wrapped(asyncpg.SerializationError("x")))
    assert not may_retry_in_place(asyncpg.LockNotAvailableError("x"))
