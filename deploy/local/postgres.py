"""One PostgreSQL server as a direct child, its data in the stack's home."""

import os
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.account import Account, give_to, name_for_me, other_account
from deploy.local.addresses import ADMINISTRATOR, HOST
from deploy.local.binaries import POSTGRESQL_MAJOR
from deploy.local.children import Child, Errand, finish, start_child, stop_child, tail, wait_until
from deploy.local.errors import StackError
from deploy.local.identity import working_in

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # TCP with a password only: no socket path to be too long, no peer to be trusted
    "fsync": "on",
    "synchronous_commit": "on",
    "log_error_verbosity": "terse",  # DETAIL lines carry whole rows (`Key (phone)=(...)`)
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "max_wal_size": "2GB",
}
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_READY_WITHIN = 60.0
_SESSIONS_END_WITHIN = 10.0
_NOBODYS_PID = 2**22 + 1  # above the kernel's highest possible pid


@dataclass
class Postgres:
    """`programs` is the installation's folder, `home` the server's folder (its `data` inside), `secret` the
    administrator's password, `settings` what differs from `SETTINGS` or is added to them.
    """

    programs: Path
    home: Path
    log: Path
    port: int
    secret: str
    max_connections: int = 200
    name: str = "postgres"
    child: Child | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    _account: Account | None = field(default_factory=other_account)

    def create(self) -> None:
        """Make the data folder with initdb, once. Half-made ones of a killed start are thrown away."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        give_to(self.home, self._account)
        version = self.home / "data" / "PG_VERSION"
        if not version.exists():
            self._init()
        elif (made_by := version.read_text().strip()) != POSTGRESQL_MAJOR:
            raise StackError(f"{self.home} holds data of PostgreSQL {made_by}, this is {POSTGRESQL_MAJOR}; remove it")

    def _init(self) -> None:
        shutil.rmtree(self.home / "draft", ignore_errors=True)
        password = self.home / "password"
        password.write_text(self.secret)
        password.chmod(0o600)
        give_to(password, self._account)
        options = ["-U", ADMINISTRATOR, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            with _OpenFolder(self.home) as inside:
                argv = ["initdb", "-D", inside.path("draft"), "--pwfile", inside.path("password"), *options]
                if finish(self._run(argv, inside), _READY_WITHIN) != 0:
                    raise StackError(f"initdb failed:\n{tail(self.log)}")
        finally:
            password.unlink()
        (self.home / "draft").rename(self.home / "data")

    def start(self) -> None:
        """Start the server; `wait_ready` says when it answers."""
        self._forget_dead_holder()
        own = {"port": str(self.port), "max_connections": str(self.max_connections)}
        settings = SETTINGS | own | dict(self.settings)
        with _OpenFolder(self.home) as inside:
            argv = ["postgres", "-D", inside.path("data")]
            self.child = self._run(
                [*argv, *(part for item in settings.items() for part in ("-c", "=".join(item)))], inside
            )

    def wait_ready(self) -> None:
        """Return when it takes connections; StackError with the end of its log when it does not."""
        wait_until(self.is_ready, self.child, self.log, _READY_WITHIN)

    def is_ready(self) -> bool:
        """Read what the server itself writes down, as pg_ctl does: line 1 its pid, line 8 its state."""
        lines = self._pid_file().read_text().splitlines() if self._pid_file().exists() else []
        return self.child is not None and lines[:1] == [str(self.child.process.pid)] and lines[7:8] == ["ready   "]

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything committed is on disk."""
        if self.child is not None:
            stop_child(self.child, ask=signal.SIGINT, grace=20)

    def _run(self, argv: list[str], inside: "_OpenFolder") -> Child:
        errand = Errand(
            argv=[self.programs / "bin" / argv[0], *argv[1:]],
            log=self.log,
            environment=_ENVIRONMENT,
            account=self._account,
            when_orphaned=signal.SIGQUIT,  # immediate shutdown: it takes its own children along
            keep=(inside.handle,),
            enter=name_for_me() if argv[0] == "initdb" else None,
        )
        return start_child(argv[0], errand)

    def _pid_file(self) -> Path:
        return self.home / "data" / "postmaster.pid"

    def _forget_dead_holder(self) -> None:
        """Make way after a kill -9: wait until the old server's sessions are gone, and take its pid out of its file.

        The pid may be a zombie or somebody else by now, and PostgreSQL would refuse to start. It is replaced by one
        that
        cannot exist; the rest of the file lets PostgreSQL see for itself whether the shared memory is still in use.
        """
        file = self._pid_file()
        if not file.exists():
            return
        deadline = time.monotonic() + _SESSIONS_END_WITHIN
        while left := working_in(self.home / "data"):
            if time.monotonic() > deadline:
                raise StackError(f"PostgreSQL still runs in {self.home} as process {left[0]}")
            time.sleep(0.02)
        _, *rest = file.read_text().splitlines()
        file.write_text("\n".join([str(_NOBODYS_PID), *rest]) + "\n")


class _OpenFolder:
    """The server's folder as an open file that children inherit.

    They reach it as /proc/self/fd/N even where its path leads through folders closed to them (a home under /root, a
    pytest folder).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "_OpenFolder":
        self.handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)

    def path(self, name: str) -> str:
        return f"/proc/self/fd/{self.handle}/{name}"
