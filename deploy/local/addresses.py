"""Where the infrastructure answers, and who chose it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Say = Callable[[str], None]
"""Takes one line of progress, without the line's end."""

ADMINISTRATOR = "baton_admin"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Infrastructure:
    """The two addresses everything else needs.

    `kafka` is a bootstrap string `host:port`; `database_url` is the administrator's SQLAlchemy URL (asyncpg) with its
    secret in it, so it is never printed (repr leaves it out).
    """

    kafka: str
    database_url: str
    chosen: Literal["environment", "local", "docker"]

    def __repr__(self) -> str:
        return f"Infrastructure(kafka={self.kafka!r}, database_url=..., chosen={self.chosen!r})"


def database_url(port: int, secret: str, host: str = HOST) -> str:
    """The administrator's URL of the PostgreSQL that listens on `port`."""
    return f"postgresql+asyncpg://{ADMINISTRATOR}:{secret}@{host}:{port}/postgres"


def quiet(text: str) -> None:
    """A `Say` that says nothing."""
