"""Child processes that cannot outlive us: the kernel ends them when their parent is gone, kill -9 included."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deploy.local.account import Account
from deploy.local.errors import StackError
from deploy.local.identity import Identity, identity_of

_SET_PARENT_DEATH_SIGNAL = 1
_LOG_LIMIT = 20_000_000


@dataclass(frozen=True)
class Child:
    """A running child. `identity` finds the same process again after a restart of ours."""

    name: str
    process: subprocess.Popen[bytes]
    identity: Identity | None

    def is_alive(self) -> bool:
        """Whether it still runs; a dead one is reaped on the way."""
        return self.process.poll() is None


@dataclass(frozen=True)
class Errand:
    """How to start a child: what runs, where it may write, whom it becomes.

    `keep` are open files the child inherits; `when_orphaned` is the signal it gets when we die; `enter` runs in the
    child just before.
    """

    argv: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str]
    folder: Path = Path("/")
    account: Account | None = None
    when_orphaned: signal.Signals = signal.SIGKILL
    keep: tuple[int, ...] = ()
    enter: Callable[[], None] | None = None


def start_child(name: str, errand: Errand) -> Child:
    """Start it in a session of its own, output to its log, and tie its life to ours.

    The kernel ties a child to the *thread* that started it, so only the main thread may.
    """
    if threading.current_thread() is not threading.main_thread():
        raise StackError(f"{name} must be started from the main thread: its life ends with the thread that started it")
    account = errand.account
    with _open_log(errand.log) as log:
        process = subprocess.Popen(
            [str(part) for part in errand.argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=errand.folder,
            env=dict(errand.environment),
            start_new_session=True,
            pass_fds=errand.keep,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_tie(os.getpid(), errand.when_orphaned, errand.enter),  # noqa: PLW1509 - it only makes system calls
        )
    return Child(name, process, identity_of(process.pid))


def _tie(parent: int, when_orphaned: int, enter: Callable[[], None] | None) -> Callable[[], None]:
    """Python runs this after the user switch; before it the kernel would forget the signal (prctl(2))."""
    libc = ctypes.CDLL(None)  # loaded before the fork: the child must not load anything

    def tie() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, when_orphaned)
        if os.getppid() != parent:
            os._exit(1)  # the parent died before the tie was made
        if enter is not None:
            enter()

    return tie


def _open_log(file: Path) -> BinaryIO:
    """Append to the log; one that grew past 20 MB is set aside first and replaces the one set aside before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > _LOG_LIMIT:
        file.replace(file.with_suffix(".log.1"))
    return open(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def stop_child(child: Child, ask: signal.Signals = signal.SIGTERM, grace: float = 15.0) -> None:
    """Ask it to stop; after `grace` seconds make it. Returns when it is gone."""
    if child.is_alive():
        child.process.send_signal(ask)
        try:
            child.process.wait(grace)
        except subprocess.TimeoutExpired:
            child.process.kill()
    child.process.wait()


def finish(child: Child, within: float) -> int:
    """Wait for a child that ends by itself and return its exit code; StackError after `within` seconds."""
    try:
        return child.process.wait(within)
    except subprocess.TimeoutExpired:
        stop_child(child, grace=1)
        raise StackError(f"{child.name} was not done after {within:.0f} s") from None


def wait_until(ready: Callable[[], bool], child: Child | None, log: Path, within: float) -> None:
    """Poll until the child is ready. StackError with the end of its log when it dies first or takes longer than
    `within` seconds.
    """
    if child is None:
        raise StackError("not started")
    deadline = time.monotonic() + within
    while not ready():
        if not child.is_alive():
            raise StackError(f"{child.name} ended with code {child.process.returncode}:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise StackError(f"{child.name} was not ready after {within:.0f} s:\n{tail(log)}")
        time.sleep(0.02)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
