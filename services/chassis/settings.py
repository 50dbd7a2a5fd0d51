"""What a process is told from outside: the environment, read once, checked at start."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from services.chassis.settings_values import (
    MailServer,
    checked_address,
    checked_bootstrap,
    checked_database_url,
    checked_log_level,
    checked_mail_from,
    checked_origin,
    checked_smtp_url,
    parsed_mail_server,
)

PREFIX = "BATON_"
FILE = "_FILE"


class SettingsError(Exception):
    """A process cannot start as it was told. The text names the variables and never repeats a value."""


class Address(NamedTuple):
    """Where a server listens; port 0 asks the system for a free one."""

    host: str
    port: int


DatabaseUrl = Annotated[SecretStr, AfterValidator(checked_database_url)]
Listen = Annotated[str, AfterValidator(checked_address)]


class Settings(BaseSettings):
    """The one settings object of a process, frozen; environment only, `BATON_<FIELD>`.

    Secrets (every `*_database_url`, `smtp_url`) may come from a file instead: `BATON_SMTP_URL_FILE=/run/secrets/smtp`.
    Build it with `Settings.load()`: the plain constructor raises pydantic's own error, which repeats the input.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: DatabaseUrl | None = None  # the administrator: `migrate` and the local stack only
    intake_database_url: DatabaseUrl | None = None
    routing_database_url: DatabaseUrl | None = None
    sla_database_url: DatabaseUrl | None = None
    reporting_database_url: DatabaseUrl | None = None
    pool_size: int = Field(default=10, ge=1, le=200)
    kafka: Annotated[str, AfterValidator(checked_bootstrap)] | None = None
    namespace: str = Field(default="baton", pattern=r"\A[a-z0-9-]{1,40}\z")
    kafka_session_seconds: int = Field(default=30, ge=6, le=300)  # a reader silent for so long loses its partitions
    http: Listen = "127.0.0.1:8080"
    admin_http: Listen = "127.0.0.1:8081"
    public_url: Annotated[str, AfterValidator(checked_origin)] = "http://127.0.0.1:8080"
    smtp_url: Annotated[SecretStr, AfterValidator(checked_smtp_url)] | None = None
    mail_from: Annotated[str, AfterValidator(checked_mail_from)] = "baton@baton.example"
    home: Path = Path(".baton")
    cache: Path | None = None  # None: the local stack chooses
    keys_dir: Path = Field(default_factory=lambda told: told.get("home", Path(".baton")) / "keys")
    audit_dir: Path = Field(default_factory=lambda told: told.get("keys_dir", Path(".baton/keys")) / "audit")
    stack: Literal["local", "docker"] | None = None
    test_clock: bool = False  # allows moving the database's clock; only for test databases
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(checked_log_level)] = "info"

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raise `SettingsError` with one line a fault, all faults at once."""
        try:
            return cls()
        except ValidationError as error:
            faults = [
                f"{_variable(fault['loc'])}: {_reason(fault['type'], fault['msg'])}"
                for fault in error.errors(include_url=False, include_input=False, include_context=False)
                if fault["type"] != "default_factory_not_called"  # a folder, because of another field's fault
            ]
        raise SettingsError("\n".join(faults))  # outside the except: a chained ValidationError is one repr from a leak

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keyword arguments (tests), then our reading of the environment, nothing else."""
        return init_settings, Environment(settings_cls)

    @property
    def http_address(self) -> Address:
        """`http` taken apart."""
        return _address(self.http)

    @property
    def admin_address(self) -> Address:
        """`admin_http` taken apart."""
        return _address(self.admin_http)

    @property
    def mail_server(self) -> MailServer | None:
        """`smtp_url` taken apart, None where no mail server was given."""
        return parsed_mail_server(self.smtp_url) if self.smtp_url else None

    def service_url(self, service: str) -> SecretStr:
        """Return the database address of one service's login role, or raise `SettingsError` naming the variable."""
        field = f"{service}_database_url"
        if not service or field not in type(self).model_fields:
            raise SettingsError("no such service: its database address has no variable")
        return self._given(field)

    def administrator_url(self) -> SecretStr:
        """Return the administrator's database address (`migrate`, local stack), or raise `SettingsError`."""
        return self._given("database_url")

    def bootstrap(self) -> str:
        """Return the Kafka bootstrap servers, or raise `SettingsError`."""
        if self.kafka is None:
            raise SettingsError(f"{PREFIX}KAFKA: is missing")
        return self.kafka

    def _given(self, field: str) -> SecretStr:
        url: SecretStr | None = getattr(self, field)
        if url is None:
            raise SettingsError(f"{PREFIX}{field.upper()}: is missing (or give {PREFIX}{field.upper()}{FILE})")
        return url


class Environment(PydanticBaseSettingsSource):
    """`BATON_*` as written: unknown names, empty values, a secret given twice and unreadable files are faults.

    Kubernetes adds `BATON_..._SERVICE_HOST` for services named `baton-...`: turn its `enableServiceLinks` off.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        """Part of the library's interface; `__call__` reads all variables at once."""
        return os.environ.get(PREFIX + field_name.upper()), field_name, False

    def __call__(self) -> dict[str, str]:
        """Return field name to text; raise `SettingsError` for what no validator could explain."""
        told = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
        fields = self.settings_cls.model_fields
        secrets = {name for name, field in fields.items() if "SecretStr" in str(field.annotation)}
        values: dict[str, str] = {}
        faults: list[str] = []
        for name in sorted(told):
            field = name.removeprefix(PREFIX).lower()
            file = field.removesuffix(FILE.lower())
            if name != name.upper() or (field not in fields and (file == field or file not in secrets)):
                faults.append(f"{_shown(name)}: is not a setting of Baton")
            elif not told[name].strip():
                faults.append(f"{name}: is empty (leave it out instead)")
            elif field in fields:
                values[field] = told[name]
            elif file.upper() in {other.removeprefix(PREFIX) for other in told}:
                faults.append(f"{name}: is given beside {PREFIX}{file.upper()}; give one of the two")
            else:
                _read_into(values, file, told, faults)
        if faults:
            raise SettingsError("\n".join(faults))
        return values


def _read_into(values: dict[str, str], field: str, told: Mapping[str, str], faults: list[str]) -> None:
    name = f"{PREFIX}{field.upper()}{FILE}"
    try:
        values[field] = Path(told[name]).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        faults.append(f"{name}: the file cannot be read")


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return Address(host.strip("[]") or "127.0.0.1", int(port))


def _variable(loc: tuple[int | str, ...]) -> str:
    return PREFIX + str(loc[0]).upper() if loc else PREFIX + "*"


def _shown(name: str) -> str:
    """Return an unknown name only where it looks like one: a pasted secret may stand left of the `=`, too."""
    return name if re.fullmatch(r"BATON_[A-Z][A-Z_]{0,60}", name) else f"a {PREFIX}* variable"


def _reason(kind: str, message: str) -> str:
    """Return our own words by the fault's type: the library's may repeat the value."""
    if kind == "value_error":  # raised by settings_values, whose texts are constants
        return message.removeprefix("Value error, ")
    reasons = {
        "bool_parsing": "must be true or false",
        "int_parsing": "must be a whole number",
        "greater_than_equal": "is too small",
        "less_than_equal": "is too large",
        "string_pattern_mismatch": "must be 1 to 40 of a-z, 0-9 and -",
        "literal_error": "is not one of the known values",
        "missing": "is missing",
    }
    return reasons.get(kind, "has an odd value")
