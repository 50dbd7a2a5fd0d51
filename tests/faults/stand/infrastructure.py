"""PostgreSQL, Kafka and the mailbox of one stand, built from deploy.local and started side by side."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.account import other_account
from deploy.local.addresses import HOST, quiet
from deploy.local.binaries import postgresql_programs
from deploy.local.children import Errand
from deploy.local.jars import kafka_jars
from deploy.local.java import find_java
from deploy.local.kafka import Door, Kafka
from deploy.local.places import cache_folder
from deploy.local.postgres import Postgres
from tests.faults.stand.asking import Program
from tests.faults.stand.disks import Disk, mounted
from tests.faults.stand.layout import ROOT
from tests.faults.stand.places import Places, python_environment
from tests.faults.stand.servers import Server, postgres_server, single_server

_CONNECTIONS = 400


@dataclass
class Servers:
    """What the product stands on."""

    postgres: Server
    kafka: Server
    mailbox: Server
    disks: dict[str, Disk] = field(default_factory=dict)


@asynccontextmanager
async def servers(places: Places) -> AsyncIterator[Servers]:
    """All three are up inside the block; their data stays where it is not on a disk of its own.

    Raises:
        Void: small disks are wanted and this process may not mount.
        StackError: one of them does not come up.
    """
    async with AsyncExitStack() as ending:
        disks = {}
        for name, size in places.layout.disks.items():
            disks[name] = await ending.enter_async_context(mounted(places.folder / "servers" / name, size))
        postgres, kafka = _postgres(places), _kafka(places)
        made = Servers(
            postgres_server(postgres, places.postgres / "data"),
            single_server(kafka),
            single_server(_mailbox(places)),
            disks,
        )
        ending.push_async_callback(_end, made)
        formatting = kafka.begin_format()
        postgres.create()
        starting = asyncio.gather(made.postgres.start(), made.mailbox.start())
        await asyncio.sleep(0)
        kafka.start(formatting)
        await asyncio.gather(starting, made.kafka.start())
        yield made


async def _end(made: Servers) -> None:
    await made.mailbox.kill()
    await made.kafka.kill()
    await made.postgres.stop(signal.SIGQUIT)


def _postgres(places: Places) -> Postgres:
    disk = places.layout.disks.get("postgres")
    settings = {"dynamic_shared_memory_type": "mmap"}  # in the data folder: nothing of a killed one stays elsewhere
    if disk is not None:
        settings["max_wal_size"] = f"{max(disk // 4 >> 20, 64)}MB"
        settings["min_wal_size"] = "32MB"
    return Postgres(
        programs=postgresql_programs(_cache(), other_account(), quiet),
        home=places.postgres,
        log=places.log("postgres"),
        port=places.at["postgres"],
        secret=places.secret("postgres"),
        max_connections=_CONNECTIONS,
        settings=settings,
    )


def _kafka(places: Places) -> Kafka:
    at, layout = places.at, places.layout
    doors = {name: Door(at[f"kafka.{name}"], at[f"{name}.kafka"]) for name in layout.services}
    return Kafka(
        find_java(os.environ),
        kafka_jars(_cache(), quiet),
        places.kafka,
        places.log("kafka"),
        at["kafka"],
        at["controller"],
        doors=doors if layout.proxied else {},
    )


def _mailbox(places: Places) -> Program:
    smtp, http = f"{HOST}:{places.at['smtp']}", f"{HOST}:{places.at['mailbox']}"
    words = ("--smtp", smtp, "--http", http, "--folder", str(places.folder / "mail"))
    argv = (sys.executable, "-m", "deploy.local.mailbox", *words)
    errand = Errand(argv, places.programs / "mailbox.log", python_environment(), ROOT)
    return Program("mailbox", errand, places.at["smtp"])


def _cache() -> Path:
    return cache_folder(os.environ, Path(".baton").absolute())
