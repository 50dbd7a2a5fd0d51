"""What a well-formed setting looks like. Every `ValueError` here is a constant text: it is shown to whoever starts."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import SecretStr

_DATABASE = {"postgresql", "postgres", "postgresql+asyncpg"}
_DATABASE_FAULT = "must be postgresql://user:password@host:port/database"
_SMTP_PORTS = {"smtp": 25, "smtps": 465}
_SMTP_FAULT = "must be smtp://host:port or smtps://user:password@host:port"
_HOST = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[[0-9A-Fa-f:.]+\])"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `tls`: from the first byte (smtps); else plain or STARTTLS as the server offers."""

    host: str
    port: int
    tls: bool
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def checked_database_url(url: SecretStr) -> SecretStr:
    """Accept a PostgreSQL address that names a database; a host may be missing where a socket is meant."""
    parts = _split(url.get_secret_value(), _DATABASE_FAULT)
    if parts.scheme not in _DATABASE or len(parts.path) < 2:
        raise ValueError(_DATABASE_FAULT)
    if not parts.hostname and "host=" not in parts.query:
        raise ValueError(_DATABASE_FAULT)
    return url


def checked_smtp_url(url: SecretStr) -> SecretStr:
    """Accept `smtp://` and `smtps://` with nothing after the port."""
    parts = _split(url.get_secret_value(), _SMTP_FAULT)
    if parts.scheme not in _SMTP_PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError(_SMTP_FAULT)
    return url


def parsed_mail_server(url: SecretStr) -> MailServer:
    """Take a checked `smtp_url` apart; user and password are percent-decoded."""
    parts = urlsplit(url.get_secret_value())
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or _SMTP_PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def checked_address(text: str) -> str:
    """Accept `host:port`; without a host it means 127.0.0.1, never every interface by accident."""
    match = re.fullmatch(rf"{_HOST}?:(\d{{1,5}})", text)
    if not match or int(match[1]) > 65535:
        raise ValueError("must be host:port (:0 takes a free port on 127.0.0.1)")
    return text


def checked_bootstrap(text: str) -> str:
    """Accept `host:port[,host:port...]`."""
    for server in text.split(","):
        match = re.fullmatch(rf"{_HOST}:(\d{{1,5}})", server)
        if not match or not 0 < int(match[1]) <= 65535:
            raise ValueError("must be host:port, several with commas")
    return text


def checked_origin(text: str) -> str:
    """Accept scheme, host and port only: links are made by adding a path, and a user name in them would be mailed."""
    if not re.fullmatch(rf"https?://{_HOST}(:\d{{1,5}})?/?", text):
        raise ValueError("must be http(s)://host[:port] without a path")
    return text.rstrip("/")


def checked_mail_from(text: str) -> str:
    """Accept one bare address; a line break or a second one would forge headers."""
    if not re.fullmatch(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}", text):
        raise ValueError("must be one mail address")
    return text


def checked_log_level(value: object) -> object:
    """Read a level in any case."""
    return value.lower() if isinstance(value, str) else value


def _split(text: str, fault: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - a bad port is only found when it is asked for
    except ValueError:
        raise ValueError(fault) from None
    return parts
