"""What `baton up` runs in one folder: settings that follow from the folder and from the addresses of its stack."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from deploy.local.plan import Addresses, Serve

_DOORS: Final[Mapping[str, int | None]] = {"http": 8080, "admin": 8081}
_HOST: Final = "127.0.0.1"


def service_urls(database_url: str, home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """`BATON_<SERVICE>_DATABASE_URL` of every service that was not given one: its own role, its own secret.

    Roles belong to the whole server, so they carry the database's name where it is not the server's only one.
    """
    from sqlalchemy import make_url

    from deploy.local.places import secret_in
    from services.cli.names import SERVICES

    administrator = make_url(database_url)
    prefix = "baton" if administrator.database in (None, "postgres") else administrator.database
    urls: dict[str, str] = {}
    for name in SERVICES:
        variable = f"BATON_{name.upper()}_DATABASE_URL"
        if variable not in environment and f"{variable}_FILE" not in environment:
            own = administrator.set(username=f"{prefix}_{name}", password=secret_in(home / "secrets" / name))
            urls[variable] = own.render_as_string(hide_password=False)
    return urls


def settings_for(
    addresses: "Addresses", home: Path, environment: Mapping[str, str], *, running: bool = False
) -> dict[str, str]:
    """Every setting `serve all` needs that the user has not made; `running`: those of what runs here now."""
    at = _doors(home, running=running)
    http = environment.get("BATON_HTTP", f"{_HOST}:{at['http']}")
    made = {
        "BATON_HTTP": http,
        "BATON_ADMIN_HTTP": environment.get("BATON_ADMIN_HTTP", f"{_HOST}:{at['admin']}"),
        "BATON_PUBLIC_URL": environment.get("BATON_PUBLIC_URL", f"http://{http}"),
    }
    return made | service_urls(addresses.database_url, home, environment)


def _doors(home: Path, *, running: bool) -> dict[str, int]:
    """The ports of this folder. A port in use is another stack's when we start, and our own while we run."""
    import json

    from deploy.local.ports import remembered_ports

    file = home / "doors.json"
    if running and file.exists():
        told: dict[str, int] = json.loads(file.read_text())
        return told
    return remembered_ports(file, _DOORS)


def serve_all(addresses: "Addresses", home: Path, environment: Mapping[str, str]) -> "Serve":
    """Migrate, make topics, then every role of every service in one process."""
    from deploy.local.plan import Serve

    baton = (sys.executable, "-m", "services.cli")
    settings = settings_for(addresses, home, environment)
    return Serve(
        command=(*baton, "serve", "all"),
        prepare_database=((*baton, "migrate"),),
        prepare=((*baton, "topics"),),
        environment=settings,
        ready_url=f"http://{settings['BATON_ADMIN_HTTP']}/readyz",
    )
