"""Start, stop and look at what runs in one folder: `up`, `down`, `status`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local import ports
from deploy.local.addresses import HOST, Say, database_url, quiet
from deploy.local.choose import choose, given_addresses
from deploy.local.errors import StackError
from deploy.local.identity import is_running, send_signal, wait_gone
from deploy.local.lock import take_lock
from deploy.local.logs import new_lines
from deploy.local.places import secret_in
from deploy.local.plan import PLAN, Addresses, Plan, Serve
from deploy.local.stack import PORTS
from deploy.local.state import State, read_state, state_file

_ALL_PORTS: Mapping[str, int | None] = {**PORTS, "smtp": 1025, "mailbox": 8025}
_STOPPED_WITHIN = 90.0


def up(
    home: Path, serve: Callable[[Addresses], Serve], *, say: Say, environment: Mapping[str, str] | None = None
) -> State:
    """Start everything in the background and return its state once it is ready.

    `serve` gets the addresses, before anything runs, and says what to run. Addresses given by the environment
    (BATON_KAFKA with BATON_DATABASE_URL, BATON_SMTP_URL) are used instead of servers of our own. Progress goes to
    `say`. Raises HomeBusy when something runs here already, StackError when the start fails; then nothing is left
    running.
    """
    home, environment = home.absolute(), dict(os.environ if environment is None else environment)
    lock = take_lock(home)
    try:
        plan = _plan(home, serve, environment)
        state_file(home).unlink(missing_ok=True)
        log = home / "logs" / "supervisor.log"
        log.parent.mkdir(exist_ok=True)
        seen = log.stat().st_size if log.exists() else 0
        _launch(home, plan, lock, log)
    finally:
        os.close(lock)  # the supervisor holds its own copy by now
    try:
        return _wait_ready(home, log, seen, say)
    except BaseException:
        down(home, say=quiet)
        raise


def _plan(home: Path, serve: Callable[[Addresses], Serve], environment: Mapping[str, str]) -> Plan:
    given = given_addresses(environment)
    if given is None and choose(environment) == "docker":
        raise StackError("the local stack does not run here; use `docker compose up`")
    at = ports.remembered_ports(home / "ports.json", _ALL_PORTS)
    smtp = environment.get("BATON_SMTP_URL", "")
    addresses = Addresses(
        kafka=given.kafka if given else f"{HOST}:{at['kafka']}",
        database_url=given.database_url if given else database_url(at["postgres"], _secret(home)),
        smtp_url=smtp or f"smtp://{HOST}:{at['smtp']}",
        mailbox_url="" if smtp else f"http://{HOST}:{at['mailbox']}",
    )
    wanted = serve(addresses)
    return Plan(
        serve=wanted,
        environment={**environment, **addresses.environment(), "BATON_HOME": str(home), **wanted.environment},
        folder=os.getcwd(),
        stack=given is None,
        mailbox=not smtp,
        kafka=addresses.kafka,
        database=addresses.database_url.rpartition("@")[2],
        smtp_url=_without_login(addresses.smtp_url),
        mailbox_url=addresses.mailbox_url,
    )


def _without_login(url: str) -> str:
    scheme, _, rest = url.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _secret(home: Path) -> str:
    return secret_in(home / "secrets" / "postgres")


def _launch(home: Path, plan: Plan, lock: int, log: Path) -> None:
    """The first process only reads the plan and leaves its child behind, so it can be waited for."""
    argv = [sys.executable, "-m", "deploy.local.supervisor", str(home), str(lock)]
    with open(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as out:
        first = subprocess.run(
            argv,
            input=PLAN.dump_json(plan),
            stdout=out,
            stderr=out,
            env=dict(plan.environment),
            pass_fds=[lock],
            start_new_session=True,
            check=False,
        )
    if first.returncode != 0:
        raise StackError(f"the supervisor did not start; see {log}")


def _wait_ready(home: Path, log: Path, seen: int, say: Say) -> State:
    """Show the supervisor's lines until it is ready or has failed."""
    nothing_since = time.monotonic()
    while True:
        state = read_state(home)
        seen = _show(log, seen, say)
        if state is None and time.monotonic() - nothing_since > 20:
            raise StackError(f"the supervisor did not start; see {log}")
        if state is not None and state.phase == "ready":
            return state
        if state is not None and state.phase not in ("starting", "preparing"):
            raise StackError(state.error or f"the start was ended ({state.phase}); see {log}")
        time.sleep(0.05)


def _show(log: Path, seen: int, say: Say) -> int:
    """Say the supervisor's own lines; the rest of a message of several lines comes with the error."""
    lines, seen = new_lines(log, seen)
    for line in lines:
        if line.startswith("20"):
            say(line.partition(" ")[2])
    return seen


def down(home: Path, *, say: Say) -> bool:
    """Stop what was started in this folder, and only that; False when nothing ran.

    Processes are known by pid and start time, so a pid that was given to somebody else since is never touched.
    """
    state = read_state(home)
    if state is None:
        return False
    stopped = send_signal(state.supervisor, signal.SIGTERM)
    if stopped:
        say("stopping")
        if not wait_gone(state.supervisor, _STOPPED_WITHIN):
            send_signal(state.supervisor, signal.SIGKILL)
    for part in state.parts:  # a killed supervisor's children die with it; this is for one whose kernel did not
        if part.process is not None and not wait_gone(part.process, 2):
            stopped = send_signal(part.process, signal.SIGKILL) or stopped
    return stopped


def status(home: Path) -> State | None:
    """What runs in this folder, or None when nothing ever did. `state.parts[n].runs()` looks at this moment."""
    return read_state(home)


def addresses_of(home: Path) -> Addresses | None:
    """The addresses, secret included, of what runs here now; None when it does not run or uses servers of its
    user's.
    """
    state = read_state(home)
    if state is None or not is_running(state.supervisor) or not any(part.name == "postgres" for part in state.parts):
        return None
    url = database_url(int(state.database.partition(":")[2].partition("/")[0]), _secret(home))
    return Addresses(state.kafka, url, state.smtp_url, state.mailbox_url)
