"""`baton demo` as a user calls it, on the session's servers, in a database and topics of its own."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from deploy.demo.people import Record, people_folder, read_people
from deploy.local.choose import Infrastructure

BATON = (sys.executable, "-m", "services.cli", "demo")


@pytest.fixture
def environment(infra: Infrastructure, tmp_path: Path) -> dict[str, str]:
    """Nothing is set but the two servers."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
    return told | {"BATON_KAFKA": infra.kafka, "BATON_DATABASE_URL": infra.database_url, "TMPDIR": str(tmp_path)}


def left_behind(infra: Infrastructure) -> list[str]:
    """Databases and roles of demos on the server."""

    async def look() -> list[str]:
        url = make_url(infra.database_url).set(drivername="postgresql").render_as_string(False)
        admin = await asyncpg.connect(url)
        try:
            named = [("datname", "pg_database"), ("rolname", "pg_roles")]
            sql = " union ".join(f"select {name} from {table} where {name} like 'demo_%'" for name, table in named)
            return [row[0] for row in await admin.fetch(sql)]
        finally:
            await admin.close()

    return asyncio.run(look())


def children_of(pid: int) -> list[int]:
    """Its direct children, whichever thread started them."""
    listed = [task.read_text().split() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for children in listed for child in children]


def names_of(record: Record) -> tuple[str, str]:
    """Given and family name."""
    return record.given_name, record.family_name


@pytest.mark.timeout(240)
def test_a_demo_ends_with_0_and_writes_figures_without_a_person(
    environment: dict[str, str], infra: Infrastructure, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [*BATON, "--referrals", "40", "--seed", "3", "--json", str(file)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures: dict[str, Any] = json.loads(file.read_text())
    assert all(check["holds"] for check in figures["checks"])
    assert sum(door["sent"] for door in figures["doors"]) == 40
    assert sum(door["accepted"] for door in figures["doors"]) == sum(site["accepted"] for site in figures["sites"])
    shown = done.stdout + done.stderr + file.read_text()
    people = [one for person in read_people(people_folder()) if all(names_of(one := person.original))]
    assert not [one.id for one in people if " ".join(names_of(one)) in shown]
    assert "@mail.example" not in shown
    assert re.search(r"\+[0-9]{9,}", shown) is None
    assert list(tmp_path.glob("baton-demo-*")) == []
    assert left_behind(infra) == []


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """A run in the background ignores SIGINT, and so would everything it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears_ctrl_c")
@pytest.mark.timeout(240)
def test_ctrl_c_leaves_nothing_running_and_nothing_on_the_servers(
    environment: dict[str, str], infra: Infrastructure, tmp_path: Path
) -> None:
    with subprocess.Popen([*BATON, "--referrals", "40"], env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert any("referrals in" in line for line in demo.stdout)
        children = children_of(demo.pid)
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
    assert demo.returncode != 0
    assert len(children) == 2, "the mailbox and `serve all`"
    deadline = time.monotonic() + 10
    while (alive := [pid for pid in children if Path(f"/proc/{pid}").exists()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive == []
    assert list(tmp_path.glob("baton-demo-*")) == []
    assert left_behind(infra) == []


def test_a_record_that_recruits_nowhere_is_refused_before_anything_is_sent(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [*BATON, "--study", str(tmp_path / "none.json")], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "the record cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
