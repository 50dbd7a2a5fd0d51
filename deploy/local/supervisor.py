"""The process `baton up` leaves behind: it starts everything, brings back what dies, and stops it all in order.

Its children are tied to it: whatever kills it, kills them. It is started by control.py with the plan on its standard
input.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from deploy.local.children import Errand, finish, start_child, tail
from deploy.local.errors import StackError
from deploy.local.identity import identity_of
from deploy.local.kafka import Kafka
from deploy.local.lock import sign_lock
from deploy.local.mailbox.part import mailbox_part
from deploy.local.parts import Command, Part, Watched
from deploy.local.plan import PLAN, Plan
from deploy.local.stack import LocalStack
from deploy.local.state import Phase, State, write_state

_LOOK_EVERY = 0.2


class AskedToStop(BaseException):
    """SIGTERM or SIGINT arrived. Not an Exception, so that nothing on the way mistakes it for a fault."""


class Supervisor:
    """One run, from the start to the stop."""

    def __init__(self, home: Path, plan: Plan, lock: int) -> None:
        self._home, self._plan, self._lock = home, plan, lock
        self._watched: list[Watched] = []
        me = identity_of(os.getpid())
        if me is None:
            raise StackError("this system has no /proc: the local stack runs on Linux only")
        self._state = State(
            phase="starting",
            supervisor=me,
            since=datetime.now(UTC),
            kafka=plan.kafka,
            database=plan.database,
            smtp_url=plan.smtp_url,
            mailbox_url=plan.mailbox_url,
        )

    def run(self) -> int:
        """Start, watch, stop. The exit code."""
        error = ""
        try:
            self._enter("starting")
            self._start()
            self._enter("ready")
            self._watch()
        except AskedToStop:
            say("asked to stop")
        except (StackError, OSError) as failed:
            error = str(failed)
            say(f"failed: {error}")
        _ignore_signals()
        self._stop(error)
        return 1 if error else 0

    def _start(self) -> None:
        """While Kafka takes its time, what does not need it is done: the migrations, the mailbox."""
        plan, logs = self._plan, self._home / "logs"
        kafka = self._begin_stack() if plan.stack else None
        mailbox = mailbox_part(self._home / "mailbox", plan.smtp_url, plan.mailbox_url, logs / "mailbox.log")
        if plan.mailbox:
            mailbox.start()
            self._watch_over(mailbox)
        self._prepare(plan.serve.prepare_database)
        if kafka is not None:
            kafka.wait_ready()
        if plan.mailbox:
            mailbox.wait_ready(within=30)
        self._enter("preparing")
        self._prepare(plan.serve.prepare)
        serve = Command(
            "serve", self._errand(plan.serve.command, logs / "serve.log"), plan.serve.grace, plan.serve.ready_url
        )
        serve.start()
        self._watch_over(serve)
        serve.wait_ready(plan.serve.ready_within)

    def _begin_stack(self) -> Kafka:
        say("starting Kafka and PostgreSQL")
        stack = LocalStack(self._home, say=say, lock=os.dup(self._lock))
        stack.begin()
        self._watch_over(stack.postgres, stack.kafka)
        return stack.kafka

    def _errand(self, argv: Sequence[str], log: Path) -> Errand:
        return Errand(argv, log, self._plan.environment, folder=Path(self._plan.folder))

    def _prepare(self, commands: Iterable[Sequence[str]]) -> None:
        log = self._home / "logs" / "prepare.log"
        for command in commands:
            words = " ".join([Path(command[0]).name, *command[1:]])
            say(words)
            code = finish(start_child(words, self._errand(command, log)), self._plan.serve.prepare_within)
            if code != 0:
                raise StackError(f"`{words}` ended with code {code}:\n{tail(log)}")

    def _watch_over(self, *parts: Part) -> None:
        """From here on the part is in the state file, and is stopped in the reverse order."""
        self._watched += [Watched(part) for part in parts]
        self._enter(self._state.phase)

    def _watch(self) -> None:
        say("ready")
        while True:
            time.sleep(_LOOK_EVERY)
            happened = [line for one in self._watched if (line := one.look())]
            for line in happened:
                say(line)
            if happened:
                self._enter("ready")

    def _stop(self, error: str) -> None:
        self._enter("stopping")
        for one in reversed(self._watched):
            say(f"stopping {one.part.name}")
            one.part.stop()
        self._watched = []
        self._state = replace(self._state, error=error)
        self._enter("failed" if error else "stopped")
        say("stopped")

    def _enter(self, phase: Phase) -> None:
        since = self._state.since if phase == self._state.phase else datetime.now(UTC)
        self._state = replace(self._state, phase=phase, since=since, parts=tuple(one.state for one in self._watched))
        write_state(self._home, self._state)


def say(text: str) -> None:
    """A line of supervisor.log; control.py shows the text while it waits."""
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}", flush=True)


def _stop_on_signals() -> None:
    def ask(number: int, frame: FrameType | None) -> None:
        _ignore_signals()  # once is enough; the stop itself must not be interrupted
        raise AskedToStop

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)


def _ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _detach() -> None:
    """Leave the process that started us: it must be able to end, and must not have to bury us."""
    if os.fork() != 0:
        os._exit(0)


def main() -> int:
    """`python -m deploy.local.supervisor HOME LOCK`: LOCK is the inherited open lock file."""
    home, lock = Path(sys.argv[1]), int(sys.argv[2])
    plan = PLAN.validate_json(sys.stdin.buffer.read())
    _detach()
    os.set_inheritable(lock, False)
    sign_lock(lock)
    _stop_on_signals()
    return Supervisor(home, plan, lock).run()


if __name__ == "__main__":
    sys.exit(main())
