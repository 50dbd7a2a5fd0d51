"""A place for one demo: a folder, Kafka and PostgreSQL, a mailbox, `serve all` as its own process. All of it ends."""

import asyncio
import os
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from deploy.local.addresses import HOST, Infrastructure
from deploy.local.children import Errand
from deploy.local.choose import given_addresses, infrastructure
from deploy.local.mailbox.part import mailbox_part
from deploy.local.parts import Command
from deploy.local.places import cache_folder
from deploy.local.plan import Addresses
from deploy.local.ports import remembered_ports
from services.chassis.settings import Settings
from services.cli.local import settings_for

Say = Callable[[str], None]

_MAIL_PORTS: Final[Mapping[str, int | None]] = {"smtp": None, "mailbox": None}
_DOORS: Final[Mapping[str, int | None]] = {"http": None, "admin": None}
"""Never the usual ones: another Baton may be about to take them."""
_READY_WITHIN: Final = 60.0


@dataclass(frozen=True)
class Place:
    """Where everything of one demo answers."""

    home: Path
    settings: Settings
    origin: str
    mailbox: str


@contextmanager
def demo_home(keep: Path | None) -> Iterator[Path]:
    """`keep`, or a folder that goes again at the end."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="baton-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def demo_place(home: Path, *, keep: bool, say: Say, meanwhile: Callable[[], object]) -> Iterator[Place]:
    """Start everything; stop it at the end of the block, however it ends. Main thread only.

    `meanwhile` runs beside the start, in a thread: imports and files, nothing that fails. Servers given by BATON_KAFKA
    and BATON_DATABASE_URL are used, in a namespace and a database of this demo's own.
    """
    with ExitStack() as stack:
        stack.enter_context(_stopped_by_signals())
        aside = threading.Thread(target=meanwhile, daemon=True)
        aside.start()
        os.environ.setdefault("BATON_CACHE", str(cache_folder(os.environ, Path(".baton").absolute())))
        say("starting Kafka and PostgreSQL")
        infra = stack.enter_context(infrastructure(home, say=say))
        at = remembered_ports(home / "mail.json", _MAIL_PORTS)
        smtp, mailbox = f"smtp://{HOST}:{at['smtp']}", f"http://{HOST}:{at['mailbox']}"
        box = mailbox_part(home / "mailbox", smtp, mailbox, home / "logs" / "mailbox.log")
        stack.callback(box.stop)
        box.start()
        aside.join()
        settings = _settings(stack, infra, home, smtp, mailbox, keep=keep)
        say("migrating, making topics")
        asyncio.run(_prepare(settings))
        serve = _serve(home, settings)
        stack.callback(serve.stop)
        serve.start()
        say("starting every service")
        box.wait_ready(_READY_WITHIN)
        serve.wait_ready(_READY_WITHIN)
        yield Place(home, settings, settings.public_url, mailbox)
        say("stopping everything")


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does: in order."""

    def ask(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _settings(stack: ExitStack, infra: Infrastructure, home: Path, smtp: str, mailbox: str, *, keep: bool) -> Settings:
    """The settings of this demo, made this process's own environment, for itself and for what it starts."""
    own = {"BATON_HOME": str(home), "BATON_KEYS_DIR": str(home / "keys"), "BATON_SMTP_URL": smtp}
    for name in ("BATON_SMTP_URL_FILE", "BATON_DATABASE_URL_FILE", "BATON_TEST_CLOCK"):
        os.environ.pop(name, None)
    database_url = infra.database_url
    if given_addresses(os.environ) is not None:
        own["BATON_NAMESPACE"] = namespace = f"demo-{secrets.token_hex(4)}"
        database_url = stack.enter_context(_own_database(infra.database_url, infra.kafka, namespace, keep=keep))
        for name in [name for name in os.environ if name.endswith(("_DATABASE_URL", "_DATABASE_URL_FILE"))]:
            del os.environ[name]
    addresses = Addresses(infra.kafka, database_url, smtp, mailbox)
    doors = remembered_ports(home / "doors.json", _DOORS)
    own |= {"BATON_HTTP": f"{HOST}:{doors['http']}", "BATON_ADMIN_HTTP": f"{HOST}:{doors['admin']}"}
    os.environ.pop("BATON_PUBLIC_URL", None)
    os.environ.update(addresses.environment() | own)
    os.environ.update(settings_for(addresses, home, os.environ))
    return Settings.load()


@contextmanager
def _own_database(administrator: str, kafka: str, namespace: str, *, keep: bool) -> Iterator[str]:
    """A database and topics of this demo on servers of the user's; taken away again unless kept."""
    from services.cli.demo_servers import drop_place, make_database

    url = asyncio.run(make_database(administrator, namespace))
    try:
        yield url
    finally:
        if not keep:
            asyncio.run(drop_place(administrator, kafka, namespace))


async def _prepare(settings: Settings) -> None:
    from services.chassis.migrate import migrate
    from services.chassis.process.world import engine_url
    from services.chassis.topics import make_topics
    from services.cli.names import SERVICES
    from services.intake.access.storage.issuer import operator_token

    operator_token(settings)  # makes the issuer's key: a server looks for new public keys only once a second
    urls = {name: engine_url(settings.service_url(name)) for name in SERVICES}
    async with asyncio.TaskGroup() as group:
        group.create_task(make_topics(settings.bootstrap(), settings.namespace))
        group.create_task(migrate(engine_url(settings.administrator_url()), urls, test_clock=False, say=_nothing))


def _nothing(text: str) -> None:
    return None


def _serve(home: Path, settings: Settings) -> Command:
    argv = (sys.executable, "-m", "services.cli", "serve", "all")
    errand = Errand(argv, home / "logs" / "serve.log", dict(os.environ), folder=Path.cwd())
    return Command("serve", errand, grace=25.0, ready_url=f"http://{settings.admin_http}/readyz")
