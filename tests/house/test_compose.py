"""docker-compose.yml, the Dockerfile and .env.example against the code and the documents."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.chassis.settings import Settings
from tests.house.compose import Container, containers
from tests.house.knobs import known_settings
from tests.house.tree import root

ALL = containers()
OURS = [container for container in ALL.values() if container.image == "baton"]
# As the set-up notes write them: container, image, port.
WRITTEN = [
    ("postgres", "postgres:18", "5432"),
    ("kafka", "apache/kafka:4.3.1", "9092"),
    ("mailbox", "baton", "8025"),
    ("serve", "baton", "8080"),
]


@pytest.mark.parametrize(("name", "image", "port"), WRITTEN)
def test_images_and_ports_are_as_written(name: str, image: str, port: str) -> None:
    assert ALL[name].image == image
    assert ALL[name].ports == (("127.0.0.1", port, port),)


def test_only_what_is_written_opens_a_port() -> None:
    assert {container.name for container in ALL.values() if container.ports} == {name for name, _, _ in WRITTEN}


@pytest.mark.parametrize("container", ALL.values(), ids=ALL)
def test_everything_waited_for_exists_and_can_be_waited_for(container: Container) -> None:
    for name, condition in container.waits_for.items():
        if condition == "service_healthy":
            assert ALL[name].has_healthcheck
        else:
            assert (condition, ALL[name].restart) == ("service_completed_successfully", "no")


def test_serve_waits_for_both_one_shot_jobs() -> None:
    assert ALL["serve"].waits_for["migrate"] == ALL["serve"].waits_for["topics"] == "service_completed_successfully"


@pytest.mark.parametrize("container", OURS, ids=lambda container: container.name)
def test_every_command_answers_help(container: Container) -> None:
    verb = container.command[:3] if container.command[0] == "python" else container.command[:2]
    status, said = ran(*verb, "--help")
    assert status == 0, said
    assert [word for word in container.command if word.startswith("--") and word not in said] == []


@pytest.mark.parametrize("container", OURS, ids=lambda container: container.name)
def test_every_command_is_whole(container: Container) -> None:
    """With a flag that nobody knows nothing starts, and that flag is all there is to complain of."""
    status, said = ran(*container.command, "--no-such-flag")
    assert status == 2
    assert re.search(r"(unrecognized arguments|No such option): --no-such-flag", said), said


@pytest.mark.parametrize("container", OURS, ids=lambda container: container.name)
def test_every_process_would_start_as_told(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {name: value for name, value in container.environment.items() if name.startswith("BATON_")}
    loaded(told, monkeypatch)
    hosts = {urlsplit(value if "//" in value else f"//{value}").hostname for value in told.values()}
    assert hosts <= {*ALL, "0.0.0.0", "localhost"}  # noqa: S104 - inside its container a server listens to all


def test_the_administrator_is_told_to_migrate_only() -> None:
    assert [container.name for container in OURS if "BATON_DATABASE_URL" in container.environment] == ["migrate"]


def test_the_example_names_every_setting_and_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (root() / ".env.example").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(told) == {name for name in known_settings() if not name.endswith("_FILE")}
    loaded(told, monkeypatch)


def test_the_image_takes_what_exists_and_runs_as_nobody_special() -> None:
    text = (root() / "deploy" / "Dockerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    allowed = {line[1:] for line in (root() / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"contracts", "services", "deploy", "requirements.lock"} <= set(copied) <= allowed
    assert all((root() / name).exists() for name in copied)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"python:3.11-slim"}
    assert re.findall(r"^USER (\d+)", text, re.MULTILINE)[-1] != "0"
    assert text.count("--require-hashes") == 2


def loaded(told: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("BATON_")]:
        monkeypatch.delenv(name)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def ran(program: str, *words: str) -> tuple[int, str]:
    """Exit status and everything said; wide enough that no line is broken."""
    command = [str(Path(sys.executable).parent / program), *words]
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    run = subprocess.run(command, cwd=root(), env=environment, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr
