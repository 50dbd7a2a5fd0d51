"""One real stack: first start, warm start, kill -9, neighbours."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.errors import HomeBusy, StackError
from deploy.local.stack import LocalStack
from tests.deploy.local.probes import family, heard_from, make_topic, query, say_to, user_of


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder only its owner may enter, as pytest makes them: PostgreSQL, run as nobody for root, cannot go there by
    path.
    """
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def stack(home: Path) -> Iterator[LocalStack]:
    with LocalStack(home) as started:
        yield started


async def test_first_start_answers_on_both_addresses(stack: LocalStack) -> None:
    await make_topic(stack.infrastructure, "first")
    await say_to(stack.infrastructure, "first", b"one")
    assert await heard_from(stack.infrastructure, "first") == [b"one"]
    assert await query(stack.infrastructure, "select rolsuper from pg_roles where rolname = current_user") is True


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_version_num", "18"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("log_error_verbosity", "terse"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("password_encryption", "scram-sha-256"),
        ("max_connections", "200"),
    ],
)
async def test_postgresql_is_set_up_as_written(stack: LocalStack, setting: str, value: str) -> None:
    found = str(await query(stack.infrastructure, f"show {setting}"))
    assert found[:2] == value if setting == "server_version_num" else found == value


async def test_text_sorts_by_code_point_everywhere(stack: LocalStack) -> None:
    found = await query(stack.infrastructure, "select datlocprovider::text || datlocale from pg_database limit 1")
    assert found == "bC.UTF-8"


async def test_a_wrong_password_is_refused(stack: LocalStack) -> None:
    wrong = stack.infrastructure.database_url.replace(stack.postgres.secret, "wrong")
    with pytest.raises(Exception, match="password authentication failed"):
        await query(type(stack.infrastructure)(stack.infrastructure.kafka, wrong, "local"), "select 1")


def test_postgresql_never_runs_as_root(stack: LocalStack) -> None:
    assert stack.postgres.child is not None
    user = user_of(stack.postgres.child.process.pid)
    assert user != 0
    assert user == os.geteuid() or os.geteuid() == 0


def test_secrets_are_for_the_owner_alone(stack: LocalStack, home: Path) -> None:
    secret = home / "secrets" / "postgres"
    assert secret.read_text() == stack.postgres.secret
    assert secret.stat().st_mode & 0o777 == 0o600
    assert stack.postgres.secret not in repr(stack.infrastructure)
    assert not (home / "postgres" / "password").exists()


async def test_postgresql_killed_hard_comes_back_with_its_data(stack: LocalStack) -> None:
    before = stack.infrastructure
    await query(before, "create table kept (n int)", "insert into kept values (7)", "select 1")
    assert stack.postgres.child is not None
    stack.postgres.child.process.send_signal(signal.SIGKILL)
    stack.restart_postgres()
    assert stack.infrastructure == before
    assert await query(before, "select n from kept") == 7


async def test_kafka_killed_hard_comes_back_with_its_data(stack: LocalStack) -> None:
    before = stack.infrastructure
    await make_topic(before, "kept")
    await say_to(before, "kept", b"one", b"two")
    assert stack.kafka.child is not None
    stack.kafka.child.process.send_signal(signal.SIGKILL)
    stack.restart_kafka()
    assert stack.infrastructure == before
    await say_to(before, "kept", b"three")
    assert await heard_from(before, "kept") == [b"one", b"two", b"three"]


def test_one_folder_runs_one_stack(stack: LocalStack, home: Path) -> None:
    with pytest.raises(HomeBusy, match=f"process {os.getpid()} already runs a stack"):
        LocalStack(home)


async def test_two_stacks_stand_side_by_side(stack: LocalStack, tmp_path: Path) -> None:
    with LocalStack(tmp_path / "other") as other:
        assert {other.kafka.port, other.postgres.port}.isdisjoint({stack.kafka.port, stack.postgres.port})
        await query(other.infrastructure, "create table only_there ()", "select 1")
        assert await query(other.infrastructure, "select to_regclass('only_there') is not null")
        assert await query(stack.infrastructure, "select to_regclass('only_there') is null")
        children = [part.child.process.pid for part in (other.kafka, other.postgres) if part.child]
    assert not any(family(pid) for pid in children)


def test_another_thread_may_not_start_it(stack: LocalStack) -> None:
    refused: list[str] = []

    def start() -> None:
        try:
            stack.kafka.start()
        except StackError as error:
            refused.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert refused == ["kafka must be started from the main thread: its life ends with the thread that started it"]


async def test_the_next_start_finds_addresses_and_data_again(stack: LocalStack, home: Path) -> None:
    """Runs last: it stops the shared stack."""
    before = stack.infrastructure
    await query(before, "create table stays (n int)", "insert into stays values (1)", "select 1")
    await make_topic(before, "stays")
    await say_to(before, "stays", b"one")
    stack.stop()
    with LocalStack(home) as again:
        assert again.infrastructure == before
        assert await query(before, "select n from stays") == 1
        assert await heard_from(before, "stays") == [b"one"]
