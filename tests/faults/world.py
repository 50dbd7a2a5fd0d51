"""Where everything of one run is: written once by the stand, read by the traffic, the schedule and the checker."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

SERVICES: Final = ("intake", "routing", "sla", "reporting")

_FILE: Final = "world.json"


@dataclass(frozen=True)
class World:
    """Addresses and folders of one run. Holds secrets: its file is 0600."""

    folder: Path
    """everything of the run lies below it"""
    seed: int
    namespace: str
    kafka: str
    """Kafka itself, past every proxy"""
    administrator: str
    """the run's database as PostgreSQL's administrator, past every proxy: `postgresql+asyncpg://...`"""
    databases: dict[str, str]
    """each service's own role, past every proxy"""
    http: dict[str, str]
    """the origin of each service's api role: `{"intake": "http://127.0.0.1:1234", ...}`"""
    mailbox: str
    """the origin of the mailbox's page"""
    mail: Path
    """the folder its letters lie in"""
    keys: Path
    """BATON_KEYS_DIR"""
    secrets: dict[str, str]
    """what lets each in: `partner:quarrel` an API key, `staff:oona` and `sponsor:vell` a client secret"""
    network: dict[str, Any]
    """the document that was applied"""

    @property
    def history(self) -> Path:
        """What the traffic asked and was answered."""
        return self.folder / "history.jsonl"

    @property
    def faults(self) -> Path:
        """What was done to the stack, and what the servers said just before."""
        return self.folder / "faults.jsonl"

    @property
    def tail(self) -> Path:
        """What a consumer without a group saw on the topics while the run went."""
        return self.folder / "tail.jsonl"

    @property
    def logs(self) -> Path:
        """One log a process: `<role>.log`, `kafka.log`, `postgres.log`."""
        return self.folder / "logs"

    def save(self) -> None:
        """Write it down for the other programs."""
        file = self.folder / _FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self), default=str, indent=1))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it back."""
        told = json.loads((folder / _FILE).read_text())
        for name in ("folder", "mail", "keys"):
            told[name] = Path(told[name])
        return cls(**told)
