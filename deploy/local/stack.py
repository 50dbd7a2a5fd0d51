"""PostgreSQL and Kafka together, in one folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from deploy.local import ports
from deploy.local.account import other_account
from deploy.local.addresses import HOST, Infrastructure, Say, database_url, quiet
from deploy.local.binaries import postgresql_programs
from deploy.local.jars import kafka_jars
from deploy.local.java import find_java
from deploy.local.kafka import Kafka
from deploy.local.lock import take_lock
from deploy.local.places import cache_folder, secret_in
from deploy.local.postgres import Postgres

PORTS: Mapping[str, int | None] = {"postgres": None, "kafka": None, "controller": None}


class LocalStack:
    """One stack in one folder: data, secrets, logs and ports stay there and are found again by the next start.

    Build and use it from the main thread: its children end with the thread that started them. `lock` is the open lock
    file of a caller who
    holds the folder already. Raises HomeBusy when another process does.
    """

    def __init__(
        self,
        home: Path,
        *,
        cache: Path | None = None,
        say: Say = quiet,
        max_connections: int = 200,
        lock: int | None = None,
    ):
        self.home = home.absolute()
        self._lock: int | None = take_lock(self.home) if lock is None else lock
        cache = cache or cache_folder(os.environ, self.home)
        logs = self.home / "logs"
        at = ports.remembered_ports(self.home / "ports.json", PORTS)
        self.postgres = Postgres(
            programs=postgresql_programs(cache, other_account(), say),
            home=self.home / "postgres",
            log=logs / "postgres.log",
            port=at["postgres"],
            secret=secret_in(self.home / "secrets" / "postgres"),
            max_connections=max_connections,
        )
        java, jars = find_java(os.environ), kafka_jars(cache, say)
        self.kafka = Kafka(java, jars, self.home / "kafka", logs / "kafka.log", at["kafka"], at["controller"])

    @property
    def infrastructure(self) -> Infrastructure:
        """The addresses; they are known before the start and stay the same after any restart."""
        return Infrastructure(
            f"{HOST}:{self.kafka.port}", database_url(self.postgres.port, self.postgres.secret), "local"
        )

    def start(self) -> None:
        """Start both side by side; on return both answer. On failure nothing is left running."""
        self.begin()
        try:
            self.kafka.wait_ready()
        except BaseException:
            self.stop()
            raise

    def begin(self) -> None:
        """Start both; on return PostgreSQL answers, and Kafka is on its way. On failure nothing is left running."""
        try:
            formatting = self.kafka.begin_format()
            self.postgres.create()
            self.postgres.start()
            self.kafka.start(formatting)
            self.postgres.wait_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both in order and give the folder back. Their data stays."""
        self.kafka.stop()
        self.postgres.stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def restart_kafka(self) -> None:
        """Bring Kafka back on its port with its data, whether it still runs or was killed."""
        self.kafka.stop()
        self.kafka.start()
        self.kafka.wait_ready()

    def restart_postgres(self) -> None:
        """Bring PostgreSQL back on its port with its data, whether it still runs or was killed."""
        self.postgres.stop()
        self.postgres.start()
        self.postgres.wait_ready()

    def __enter__(self) -> "LocalStack":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
