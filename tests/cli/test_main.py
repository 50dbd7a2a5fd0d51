"""Every verb explains itself with an example, and tells a user's mistake in a sentence instead of a traceback."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Baton
from tests.place import Place

VERBS = {
    "up",
    "down",
    "status",
    "logs",
    "serve",
    "migrate",
    "topics",
    "plan",
    "apply",
    "irb-pack",
    "privacy-sheet",
    "restore",
    *(f"audit {verb}" for verb in ("verify", "list")),
    "sign-in",
    *(f"key {verb}" for verb in ("issue", "list", "revoke")),
    *(f"session {verb}" for verb in ("list", "revoke", "forget-factor")),
    *(f"parked {verb}" for verb in ("list", "show", "retry", "adopt", "drop", "resume")),
    *(f"unreadable {verb}" for verb in ("list", "retry")),
    *(f"outbox {verb}" for verb in ("list", "resend")),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_explains_itself_with_an_example_of_its_own(bare: Baton, verb: str) -> None:
    result = bare(*verb.split(), "--help")
    assert result.exit_code == 0
    example = result.output.partition("Example:")[2]
    assert f"baton {verb}" in " ".join(example.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("serve kitchen", "there is no service 'kitchen'"),
        ("serve sla --role cook", "there is no role 'cook'"),
        ("serve sla", "BATON_SLA_DATABASE_URL: is missing"),
        ("migrate", "BATON_INTAKE_DATABASE_URL: is missing"),
        ("topics", "BATON_KAFKA: is missing"),
        ("outbox resend gossip x 1", "there is no stream 'gossip'"),
        ("parked resume sla gossip", "there is no stream 'gossip'"),
        ("parked list", "BATON_INTAKE_DATABASE_URL: is missing"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(bare: Baton, words: str, says: str) -> None:
    result = bare(*words.split())
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_an_odd_setting_is_named_and_its_value_is_not_repeated(bare: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_KAFKA", "tell-nobody")
    result = bare("topics")
    assert result.exit_code == 1
    assert "BATON_KAFKA" in result.output
    assert "tell-nobody" not in result.output


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda url: url.replace("@127.0.0.1", "@127.0.0.1:1/x?"), "does not answer"),
        (lambda url: url.replace("_sla:", "_sla:wrong"), "refused the login"),
    ],
    ids=["away", "wrong password"],
)
def test_a_database_that_does_not_let_us_in_is_told(
    baton: Baton, fresh_place: Place, monkeypatch: pytest.MonkeyPatch, broken: object, says: str
) -> None:
    monkeypatch.setenv("BATON_SLA_DATABASE_URL", broken(fresh_place.url("sla")))  # type: ignore[operator]
    result = baton("outbox", "list", "sla")
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), result.output
    assert says in result.output


def test_nothing_runs_in_a_new_folder(bare: Baton) -> None:
    assert bare("status").exit_code == 1
    assert bare("down").exit_code == 0
    assert bare("logs").output == ""


def test_migrate_and_topics_may_be_repeated(baton: Baton) -> None:
    before = baton("topics", "--check")
    assert (before.exit_code, before.output.count("is missing")) == (1, 6)
    for _ in range(2):
        result = baton("migrate")
        assert (result.exit_code, result.output.count("up to date")) == (0, 4)
    assert baton("topics").output.count("made") == 6
    again = baton("topics")
    assert (again.exit_code, "made" in again.output) == (0, False)


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    words = (sys.executable, "-m", "services.cli", "privacy-sheet")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        assert shown.stdout.readline() == b"# What Baton keeps, why, and who may see it\n"
        shown.stdout.close()
        assert (shown.stderr.read(), shown.wait()) == (b"", 0)
