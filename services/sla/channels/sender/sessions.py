"""Sessions with the mail server, used again: greeting, TLS and sign-in once a session, not once a letter."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiosmtplib import SMTP, SMTPException

LETTERS: Final = 50
"""Letters of one session; servers close sessions that go on for long."""

_IDLE: Final = 15.0
"""Seconds a session may rest; RFC 5321, 4.5.3.2 has servers wait for 5 minutes, many do not."""

_SURELY_OPEN: Final = 1.0
"""Seconds of rest after which a session is asked (NOOP) whether it is still there, before a letter depends on it."""


class Sessions:
    """Open sessions at rest, the last used first. `made` gives a client that is not connected yet."""

    def __init__(self, made: Callable[[], SMTP], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._made = made
        self._clock = clock
        self._resting: list[tuple[SMTP, int, float]] = []
        """client, its letters so far, since when"""

    @asynccontextmanager
    async def one(self) -> AsyncIterator[SMTP]:
        """A session for one letter; kept for the next when nothing is raised, else closed.

        Raises:
            SMTPException, OSError: no session can be had.
        """
        client, letters = await self._awake() or (await self._opened(), 0)
        try:
            yield client
        except BaseException:
            client.close()
            raise
        self._resting.append((client, letters + 1, self._clock()))

    async def _awake(self) -> tuple[SMTP, int] | None:
        """One of those at rest that still answers; the others are closed."""
        while self._resting:
            client, letters, since = self._resting.pop()
            rested = self._clock() - since
            if letters == LETTERS:
                await _left(client)  # before a letter, not after one: a server that hangs here makes none go twice
            elif rested > _IDLE:
                client.close()
            elif rested < _SURELY_OPEN or await _answers(client):
                return client, letters
        return None

    async def _opened(self) -> SMTP:
        client = self._made()
        await client.connect()
        return client


async def _answers(client: SMTP) -> bool:
    try:
        await client.noop()
    except (SMTPException, OSError):
        client.close()
        return False
    except BaseException:
        client.close()
        raise
    return True


async def _left(client: SMTP) -> None:
    try:
        await client.quit()
    except (SMTPException, OSError):  # its letters are delivered, however this ends
        pass
    finally:
        client.close()
