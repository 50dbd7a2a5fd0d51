"""What `baton up` wants to run, handed to the supervisor on its standard input."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter


@dataclass(frozen=True)
class Addresses:
    """Where everything of one folder answers. They are known before the start and stay the same after any restart.

    `kafka` is host:port, `database_url` the administrator's URL (asyncpg, with its secret, hidden in repr), `smtp_url`
    like smtp://127.0.0.1:1025, `mailbox_url` the page that shows what arrived, empty when mail goes to a server of the
    user's.
    """

    kafka: str
    database_url: str = field(repr=False)
    smtp_url: str
    mailbox_url: str

    def environment(self) -> dict[str, str]:
        """The BATON_* settings that say the same."""
        return {"BATON_KAFKA": self.kafka, "BATON_DATABASE_URL": self.database_url, "BATON_SMTP_URL": self.smtp_url}


@dataclass(frozen=True)
class Serve:
    """The program to keep running, and what must have run before it.

    `prepare_database` commands run first (migrations): they need the database alone, and Kafka may still be starting.
    Then `prepare` commands (topics). All run one after the other to their end, each within `prepare_within` seconds;
    `command` then runs until `down`. They all get the caller's environment, the addresses' settings and `environment`
    on top. With `ready_url` the system counts as up when that address answers 200, within `ready_within` seconds. After
    the order to stop `command` has `grace` seconds.
    """

    command: tuple[str, ...]
    prepare_database: tuple[tuple[str, ...], ...] = ()
    prepare: tuple[tuple[str, ...], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready_url: str | None = None
    prepare_within: float = 120.0
    ready_within: float = 60.0
    grace: float = 25.0


@dataclass(frozen=True)
class Plan:
    """One run of the supervisor. `environment` is whole; `stack` and `mailbox` say whether those are started here."""

    serve: Serve
    environment: Mapping[str, str] = field(repr=False)
    folder: str
    stack: bool
    mailbox: bool
    kafka: str
    database: str
    smtp_url: str
    mailbox_url: str


PLAN = TypeAdapter(Plan)
