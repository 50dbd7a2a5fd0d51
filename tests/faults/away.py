"""What asyncpg raises when its server is away, was killed in the middle of a word, or has come back as another."""

from typing import Final

import asyncpg

DATABASE_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # its own state is upset: "cannot switch to state 11"
)
