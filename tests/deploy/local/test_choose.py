"""The order: given addresses, local, Docker, an error that says what is missing."""

from pathlib import Path

import pytest

from deploy.local.choose import choose, given_addresses, infrastructure
from deploy.local.errors import StackError

URL = "postgresql+asyncpg://admin:secret@db:5432/postgres"


def docker(folder: Path, *, engine: bool) -> str:
    """A PATH whose only program is a docker client, with or without an engine behind it."""
    client = folder / "docker"
    client.write_text(f"#!/bin/sh\nexit {0 if engine else 1}\n")
    client.chmod(0o755)
    return str(folder)


def test_given_addresses_are_used_and_nothing_is_started() -> None:
    with infrastructure(environment={"BATON_KAFKA": "kafka:9092", "BATON_DATABASE_URL": URL}) as found:
        assert (found.kafka, found.database_url, found.chosen) == ("kafka:9092", URL, "environment")


def test_the_database_url_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{URL}\n")
    found = given_addresses({"BATON_KAFKA": "kafka:9092", "BATON_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert found is not None
    assert found.database_url == URL


@pytest.mark.parametrize(
    ("given", "missing"), [("BATON_KAFKA", "BATON_DATABASE_URL"), ("BATON_DATABASE_URL", "BATON_KAFKA")]
)
def test_half_of_the_addresses_is_a_mistake(given: str, missing: str) -> None:
    with pytest.raises(StackError, match=f"{given} is set and {missing} is not"):
        given_addresses({given: URL})


def test_this_machine_runs_the_local_stack_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose({}) == choose({"BATON_STACK": "local"}) == "local"
    monkeypatch.setenv("PATH", docker(tmp_path, engine=True))
    assert choose({}) == "local"
    assert choose({"BATON_STACK": "docker"}) == "docker"


def test_docker_stands_in_where_the_local_stack_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    monkeypatch.setenv("PATH", docker(tmp_path, engine=True))
    assert choose({}) == "docker"
    with pytest.raises(StackError, match="BATON_STACK=local, but the local stack runs on Linux x86-64 only"):
        choose({"BATON_STACK": "local"})


def test_without_any_way_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    monkeypatch.setenv("PATH", docker(tmp_path, engine=False))
    with pytest.raises(StackError, match=r"aarch64, and no Docker engine answers\. Start Docker, or set BATON_KAFKA"):
        choose({})


def test_an_odd_wish_is_refused() -> None:
    with pytest.raises(StackError, match="must be `local` or `docker`"):
        choose({"BATON_STACK": "podman"})
