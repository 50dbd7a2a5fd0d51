"""Cancellations that nobody asked for: a client library cancels a future of its own and lets the error out.

`except Exception` does not see it, and whoever lets it pass ends as if told to: a loop that is gone and not missed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class StrayCancellation(RuntimeError):
    """A library cancelled something of its own inside this task; the task itself was asked nothing."""


def asked_to_end() -> bool:
    """Whether somebody cancelled the task that asks."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextmanager
def no_strays() -> Iterator[None]:
    """Raise StrayCancellation in place of a CancelledError, unless this task is really asked to end."""
    try:
        yield
    except asyncio.CancelledError as error:
        if asked_to_end():
            raise
        raise StrayCancellation from error
