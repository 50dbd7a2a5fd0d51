"""Every port, folder and address of one stand, and what each process is told of them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.addresses import ADMINISTRATOR, HOST
from deploy.local.children import Errand
from deploy.local.places import cache_folder, secret_in
from deploy.local.ports import remembered_ports
from tests.faults.stand.layout import LAUNCHER, ROOT, Layout, named
from tests.faults.world import SERVICES, World

NAMESPACE: Final = "faults"
"""Topics, database and login roles carry it."""


@dataclass(frozen=True)
class Places:
    """Where everything of one stand is."""

    layout: Layout
    at: dict[str, int]
    """ports: `postgres`, `kafka`, `controller`, `kafka.sla` (the broker's own door for that service), `sla.kafka` (the
    link's), `sla.api` (http), `sla.api admin`, `smtp`, `mailbox`"""

    @classmethod
    def of(cls, layout: Layout) -> "Places":
        """Ports for all of it; those of an earlier start in this folder where they are free."""
        wanted = ["postgres", "kafka", "controller", "smtp", "mailbox"]
        for service in SERVICES:
            wanted += [f"kafka.{service}", f"{service}.kafka", f"{service}.postgres"]
        for role in layout.roles:
            wanted += [f"{role} admin", role]
        layout.folder.mkdir(parents=True, exist_ok=True)
        return cls(layout, remembered_ports(layout.folder / "ports.json", dict.fromkeys(wanted)))

    @property
    def folder(self) -> Path:
        """The run's."""
        return self.layout.folder

    @property
    def postgres(self) -> Path:
        """Home of PostgreSQL: its disk, where it has one of its own."""
        return self.folder / "servers" / "postgres"

    @property
    def kafka(self) -> Path:
        """Home of Kafka: its disk, where it has one of its own."""
        return self.folder / "servers" / "kafka"

    @property
    def arm(self) -> Path:
        """Files here arm crash points."""
        return self.folder / "arm"

    @property
    def programs(self) -> Path:
        """Logs of the harness's own programs; the product's are in `logs`."""
        return self.folder / "programs"

    def log(self, name: str) -> Path:
        """A process of the product, or a server."""
        return self.folder / "logs" / f"{name}.log"

    def secret(self, name: str) -> str:
        """A password of this run."""
        return secret_in(self.folder / "secrets" / name)

    def administrator(self, database: str = NAMESPACE) -> str:
        """The administrator's URL of a database, past every proxy."""
        return _url(ADMINISTRATOR, self.secret("postgres"), self.at["postgres"], database)

    def database(self, service: str, *, proxied: bool = False) -> str:
        """A service's own URL, past every proxy or through its link."""
        port = self.at[f"{service}.postgres" if proxied else "postgres"]
        return _url(f"{NAMESPACE}_{service}", self.secret(service), port, NAMESPACE)

    def http(self, service: str) -> str:
        """The origin of a service's api role; it is given also where none runs."""
        return f"http://{HOST}:{self.at.get(f'{service}.api', 9)}"

    @property
    def ways(self) -> dict[str, tuple[int, int]]:
        """Links: their port, and the port they lead to."""
        if not self.layout.proxied:
            return {}
        at = self.at
        kafka = {f"{name}.kafka": (at[f"{name}.kafka"], at[f"kafka.{name}"]) for name in self.layout.services}
        postgres = {f"{name}.postgres": (at[f"{name}.postgres"], at["postgres"]) for name in self.layout.services}
        return kafka | postgres

    def environment(self, service: str, *, past_proxies: bool = False) -> dict[str, str]:
        """What a process of this service is told, but for its doors."""
        proxied = self.layout.proxied and not past_proxies
        kafka = self.at[f"{service}.kafka" if proxied else "kafka"]
        told = python_environment()
        told |= {f"BATON_{name.upper()}_DATABASE_URL": self.database(name, proxied=proxied) for name in SERVICES}
        return told | {
            "BATON_KAFKA": f"{HOST}:{kafka}",
            "BATON_KAFKA_SESSION_SECONDS": str(self.layout.session_seconds),
            "BATON_NAMESPACE": NAMESPACE,
            "BATON_SMTP_URL": f"smtp://{HOST}:{self.at['smtp']}",
            "BATON_PUBLIC_URL": self.http(service),
            "BATON_KEYS_DIR": str(self.folder / "keys"),
            "BATON_HOME": str(self.folder / "home"),
        }

    def errand(self, role: str) -> Errand:
        """How a role's process is started."""
        service, kind = named(role)
        doors = {
            "BATON_HTTP": f"{HOST}:{self.at[role]}",
            "BATON_ADMIN_HTTP": f"{HOST}:{self.at[f'{role} admin']}",
        }
        argv = [*self.launched(role), "serve", service, "--role", kind]
        return Errand(argv, self.log(role), self.environment(service) | doors, ROOT)

    def launched(self, role: str | None = None) -> list[str]:
        """`baton` under the launcher: crash points to be armed, the planted bugs of this run."""
        called = ["--role-name", role] if role else []
        bugs = [word for bug in self.layout.bugs for word in ("--bug", bug)]
        return [*LAUNCHER, "--arm", str(self.arm), *called, *bugs]

    def world(self, network: dict[str, Any], secrets: dict[str, str]) -> World:
        """All of it as the other programs read it."""
        apis = [service for service in SERVICES if f"{service}.api" in self.layout.roles]
        return World(
            folder=self.folder,
            seed=self.layout.seed,
            namespace=NAMESPACE,
            kafka=f"{HOST}:{self.at['kafka']}",
            administrator=self.administrator(),
            databases={service: self.database(service) for service in SERVICES},
            http={service: self.http(service) for service in apis},
            mailbox=f"http://{HOST}:{self.at['mailbox']}",
            mail=self.folder / "mail",
            keys=self.folder / "keys",
            secrets=secrets,
            network=network,
        )


def python_environment() -> dict[str, str]:
    """For a Python process of ours: nothing of a Baton around us, and byte code that is kept.

    A place where none is written (PYTHONDONTWRITEBYTECODE) compiles all of it at each start: twice the CPU.
    """
    told = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
    told.pop("PYTHONDONTWRITEBYTECODE", None)
    kept = cache_folder(os.environ, ROOT / ".baton") / "bytecode"
    return {"PYTHONPYCACHEPREFIX": str(kept), **told, "PYTHONPATH": str(ROOT)}


def _url(login: str, secret: str, port: int, database: str) -> str:
    return f"postgresql+asyncpg://{login}:{secret}@{HOST}:{port}/{database}"
