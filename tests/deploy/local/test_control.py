"""`up`, `down`, `status`: a real supervisor over a real stack, and what each death leads to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from deploy.local.addresses import Infrastructure
from deploy.local.control import addresses_of, down, status, up
from deploy.local.errors import HomeBusy, StackError
from deploy.local.identity import identity_of, wait_gone
from deploy.local.logs import logs
from deploy.local.plan import Addresses, Serve
from deploy.local.ports import free_port
from deploy.local.state import PartState, State, write_state
from tests.deploy.local.probes import family, query_when_up, without_addresses

ELSEWHERE = {
    "BATON_KAFKA": "k:9092",
    "BATON_DATABASE_URL": "postgresql+asyncpg://a:secret@d/p",
    "BATON_SMTP_URL": "smtp://u:secret@m",
}


_LOOK = "import os, socket; socket.create_connection(('127.0.0.1', {})); print('prepared with', os.environ['MARK'])"
"""A command that fails where nobody answers on a port."""


class Web:
    """The program to serve: a web server that answers with its environment's marker. Its preparations need `servers`:
    the database, then Kafka.
    """

    def __init__(self, *, servers: bool = True) -> None:
        self._servers = servers
        self.url = f"http://127.0.0.1:{free_port()}"

    def __call__(self, addresses: Addresses) -> Serve:
        program = (
            "import http.server, os\n"
            "class Answer(http.server.BaseHTTPRequestHandler):\n"
            "    def do_GET(self):\n"
            "        self.send_response(200); self.end_headers()\n"
            '        self.wfile.write(f\'{os.getpid()} {os.environ["BATON_KAFKA"]} {os.environ["MARK"]}\'.encode())\n'
            f"http.server.HTTPServer(('127.0.0.1', {self.url.rpartition(':')[2]}), Answer).serve_forever()\n"
        )
        ports = (str(make_url(addresses.database_url).port), addresses.kafka.rpartition(":")[2])
        database, kafka = ((sys.executable, "-c", _LOOK.format(port)) for port in ports)
        return Serve(
            (sys.executable, "-c", program),
            prepare_database=(database,) if self._servers else (),
            prepare=(kafka,) if self._servers else (),
            environment={"MARK": addresses.smtp_url},
            ready_url=self.url,
        )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A home that is left empty-handed however the test ends."""
    yield tmp_path / "home"
    down(tmp_path / "home", say=print)


def eventually(holds: Callable[[], bool], within: float = 15.0) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def part(home: Path, name: str) -> PartState:
    state = status(home)
    assert state is not None
    return next(one for one in state.parts if one.name == name)


def answers(url: str, text: str) -> bool:
    try:
        return text in httpx.get(url, trust_env=False).text
    except httpx.TransportError:
        return False


async def test_a_whole_life(folder: Path) -> None:
    """Up, every part killed hard and brought back, a second `up` refused, down."""
    web, said = Web(), list[str]()
    state = up(folder, web, say=said.append, environment=without_addresses())
    assert state.phase == "ready"
    assert {"starting Kafka and PostgreSQL", "ready"} <= set(said)
    assert answers(web.url, f"{state.kafka} {state.smtp_url}")
    assert answers(state.mailbox_url, "No mail yet")
    assert list(logs(folder, names=["prepare"])) == [f"prepare    | prepared with {state.smtp_url}"] * 2
    with pytest.raises(HomeBusy, match=f"process {state.supervisor.pid} already runs"):
        up(folder, web, say=print, environment=without_addresses())

    for one in state.parts:
        assert one.process is not None
        os.kill(one.process.pid, signal.SIGKILL)
    assert eventually(
        lambda: all(part(folder, one.name).runs() and part(folder, one.name).restarts for one in state.parts)
    )
    assert part(folder, "kafka").last_exit == -signal.SIGKILL
    assert eventually(lambda: answers(web.url, f"{state.kafka} {state.smtp_url}"))
    addresses = addresses_of(folder)
    assert addresses is not None
    assert await query_when_up(Infrastructure(addresses.kafka, addresses.database_url, "local"), "select 1") == 1

    everyone = family(state.supervisor.pid)
    assert down(folder, say=said.append)
    assert not [pid for pid in everyone if identity_of(pid)]
    assert status(folder) == replace(status(folder) or state, phase="stopped", parts=())
    assert not down(folder, say=print)


def test_a_supervisor_killed_hard_leaves_nothing_running(folder: Path) -> None:
    state = up(folder, Web(), say=print, environment=without_addresses())
    everyone = {pid: identity_of(pid) for pid in family(state.supervisor.pid)}
    assert len(everyone) > len(state.parts) > 3  # PostgreSQL has children of its own
    os.kill(state.supervisor.pid, signal.SIGKILL)
    assert all(wait_gone(identity, within=5) for identity in everyone.values() if identity)
    killed = status(folder)
    assert killed is not None
    assert killed.phase == "killed"
    assert addresses_of(folder) is None
    again = up(folder, Web(), say=print, environment=without_addresses())
    assert (again.kafka, again.database) == (state.kafka, state.database)


def test_given_addresses_are_served_without_a_stack(folder: Path) -> None:
    web = Web(servers=False)
    state = up(folder, web, say=print, environment=without_addresses() | ELSEWHERE)
    assert [one.name for one in state.parts] == ["serve"]
    assert (state.kafka, state.database, state.smtp_url) == ("k:9092", "d/p", "smtp://m")
    assert answers(web.url, "k:9092 smtp://u:secret@m")
    assert "secret" not in (folder / "state.json").read_text()


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (
            Serve((sys.executable, "-c", "print()"), prepare=((sys.executable, "-c", "raise SystemExit('no')"),)),
            "code 1:\nno",
        ),
        (
            Serve((sys.executable, "-c", "raise SystemExit('bad')"), ready_url="http://127.0.0.1:1"),
            "ended with code 1:\nbad",
        ),
        (Serve(("/no/such/program",)), "No such file"),
    ],
    ids=["a preparation fails", "the program ends at once", "there is no such program"],
)
def test_a_failed_start_says_why_and_leaves_nothing(folder: Path, serve: Serve, why: str) -> None:
    with pytest.raises(StackError, match=why):
        up(folder, lambda _: serve, say=print, environment=without_addresses() | ELSEWHERE)
    state = status(folder)
    assert state is not None
    assert (state.phase, state.parts) == ("failed", ())
    assert wait_gone(state.supervisor, within=5)


def test_down_never_touches_a_pid_that_was_given_to_somebody_else(folder: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        identity = identity_of(stranger.pid)
        assert identity is not None
        former = replace(identity, started=identity.started - 1)
        parts = (PartState("kafka", former, datetime.now(UTC)),)
        folder.mkdir()
        write_state(folder, State("ready", former, datetime.now(UTC), "k", "d", "s", "m", parts))
        assert not down(folder, say=print)
        assert stranger.poll() is None
        stranger.kill()


def test_a_folder_where_nothing_ever_ran_has_no_status(folder: Path) -> None:
    assert status(folder) is None
    assert not down(folder, say=print)
    assert list(logs(folder)) == []
