"""A process starts as it was told, or says which variable is odd and never what stood in it."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.chassis.settings import Address, Settings, SettingsError

CANARY = "Zq8-canary-7731"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BATON_")]:
        monkeypatch.delenv(name)


def loaded(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"BATON_{name}", value)
    return Settings.load()


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(monkeypatch, **variables)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "a chained error shows its input in a traceback"
    return str(caught.value)


def test_a_laptop_needs_no_variable_at_all() -> None:
    settings = Settings.load()
    assert settings.namespace == "baton"
    assert settings.http_address == Address("127.0.0.1", 8080)
    assert settings.admin_address == Address("127.0.0.1", 8081)
    assert settings.keys_dir == Path(".baton/keys")
    assert settings.mail_server is None
    assert settings.test_clock is False


def test_each_field_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(
        monkeypatch,
        INTAKE_DATABASE_URL="postgresql://intake:pw@db:5432/baton",
        KAFKA="k1:9092,k2:9092",
        HTTP=":0",
        PUBLIC_URL="https://baton.example/",
        HOME="/var/lib/baton",
        POOL_SIZE="3",
        TEST_CLOCK="true",
        LOG_LEVEL="WARNING",
    )
    assert settings.service_url("intake").get_secret_value() == "postgresql://intake:pw@db:5432/baton"
    assert settings.bootstrap() == "k1:9092,k2:9092"
    assert settings.http_address == Address("127.0.0.1", 0)
    assert settings.public_url == "https://baton.example"
    assert settings.keys_dir == Path("/var/lib/baton/keys")
    assert (settings.pool_size, settings.test_clock, settings.log_level) == (3, True, "warning")


def test_a_secret_comes_from_a_file_without_its_line_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://sla:pw@db/baton\n")
    settings = loaded(monkeypatch, SLA_DATABASE_URL_FILE=str(file))
    assert settings.service_url("sla").get_secret_value() == "postgresql://sla:pw@db/baton"


def test_the_mail_server_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    server = loaded(monkeypatch, SMTP_URL=f"smtps://baton:{CANARY}%40x@mail.example").mail_server
    assert server is not None
    assert (server.host, server.port, server.tls, server.user) == ("mail.example", 465, True, "baton")
    assert server.password == f"{CANARY}@x"
    assert CANARY not in repr(server)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", f"mysql://root:{CANARY}@db/baton"),
        ("DATABASE_URL", f"postgresql://root:{CANARY}@db"),
        ("SLA_DATABASE_URL", f"postgresql://root:{CANARY}@db:port/x"),
        ("SLA_DATABASE_URL", CANARY),
        ("KAFKA", CANARY),
        ("KAFKA", f"{CANARY}:0"),
        ("NAMESPACE", f"UPPER{CANARY}"),
        ("NAMESPACE", "baton\n"),
        ("HTTP", CANARY),
        ("ADMIN_HTTP", "127.0.0.1:65536"),
        ("PUBLIC_URL", f"https://user:{CANARY}@host"),
        ("PUBLIC_URL", f"https://host/{CANARY}"),
        ("SMTP_URL", f"https://user:{CANARY}@mail"),
        ("SMTP_URL", f"smtp://mail/{CANARY}"),
        ("MAIL_FROM", f"a@b.example\r\nBcc: {CANARY}"),
        ("STACK", CANARY),
        ("TEST_CLOCK", CANARY),
        ("LOG_LEVEL", CANARY),
        ("POOL_SIZE", CANARY),
        ("POOL_SIZE", "0"),
        ("POOL_SIZE", "100000"),
        ("KAFKA", ""),
        ("KEYS_DIR", "  "),
        ("SMTP_URL_FILE", f"/no/such/{CANARY}"),
    ],
)
def test_an_odd_value_is_refused_by_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    said = refusal(monkeypatch, **{variable: value})
    assert said.startswith(f"BATON_{variable}: ")
    assert CANARY not in said


@pytest.mark.parametrize("name", ["HTPP", "KAFKA_FILE", "FILE", "_FILE", "HTTP_FILE", "SMTP_URL_FILE_FILE"])
def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    said = refusal(monkeypatch, **{name: CANARY})
    assert "not a setting" in said
    assert CANARY not in said


def test_a_secret_pasted_into_the_name_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CANARY not in refusal(monkeypatch, **{CANARY: "x"})


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = refusal(monkeypatch, SMTP_URL="smtp://a:25", SMTP_URL_FILE=str(tmp_path / "x"))
    assert said == "BATON_SMTP_URL_FILE: is given beside BATON_SMTP_URL; give one of the two"


def test_a_bad_value_in_a_file_is_named_by_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    assert refusal(monkeypatch, SMTP_URL_FILE=str(tmp_path / "x")) == "BATON_SMTP_URL_FILE: the file cannot be read"


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, POOL_SIZE="many", NAMESPACE="A B", TEST_CLOCK="perhaps").splitlines()
    assert {line.split(":")[0] for line in said} == {"BATON_POOL_SIZE", "BATON_NAMESPACE", "BATON_TEST_CLOCK"}


@pytest.mark.parametrize("service", ["intake", "routing", "sla", "reporting"])
def test_a_missing_address_is_named_when_it_is_needed(service: str) -> None:
    with pytest.raises(SettingsError, match=f"BATON_{service.upper()}_DATABASE_URL: is missing"):
        Settings.load().service_url(service)


@pytest.mark.parametrize("service", ["", "payroll", "pool_size"])
def test_a_service_that_is_none_has_no_address(service: str) -> None:
    with pytest.raises(SettingsError, match="no such service"):
        Settings.load().service_url(service)


def test_settings_are_frozen_and_their_text_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, DATABASE_URL=f"postgresql://root:{CANARY}@db/baton")
    assert CANARY not in repr(settings) + str(settings)
    with pytest.raises(ValidationError):
        settings.namespace = "other"  # type: ignore[misc]
