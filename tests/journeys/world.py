"""A whole Baton for a journey: all four services in a `baton serve all` of their own, a mailbox, a network, people.

Nothing is played: referrals come over HTTP with a partner's key, staff act with tokens they exchanged a secret for,
mail goes through SMTP. A journey waits by asking again until a deadline, never by resting a while.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import httpx

from contracts.envelope import Fact
from contracts.streams import STREAMS
from deploy.local.mailbox.letters import Letters
from deploy.local.ports import free_port
from services.chassis.topics import make_topics
from services.cli.network import read_files
from tests.canary.people import Canaries, Canary
from tests.clock import administrator
from tests.journeys.callers import Callers
from tests.journeys.processes import BATON, MAILBOX, TraceSink, running
from tests.journeys.records import ends_of, facts_of
from tests.place import SERVICES, Place

T = TypeVar("T")

NETWORK: Final = Path(__file__).with_name("network.yaml")
PARTNER: Final = "partner:quarrel"
PATIENCE: Final = 30.0
"""Seconds a journey waits for what must come."""


class World:
    """One running Baton and those who deal with it."""

    def __init__(self, place: Place, folder: Path, admin: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.place = place
        self.folder = folder
        self.keys_dir = folder / "keys"
        self.log = folder / "serve.log"
        self.traces = TraceSink()
        self.canaries = Canaries()
        self.wal_from = ""
        """where the write-ahead log stood before anybody was referred"""
        self._admin = admin
        self._ports: dict[str, int] = {}
        for name in ("http", "admin", "smtp", "mailbox"):
            self._ports[name] = free_port(taken=set(self._ports.values()))
        self.http, self.admin_http, _, self.mail_http = (f"http://127.0.0.1:{port}" for port in self._ports.values())
        self.smtp = f"127.0.0.1:{self._ports['smtp']}"
        self.callers = Callers(self.http, self.keys_dir)
        self.ask = self.callers.ask
        self._served = AsyncExitStack()

    @property
    def environment(self) -> dict[str, str]:
        """What `baton` is told here."""
        told = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
        told |= {f"BATON_{service.upper()}_DATABASE_URL": self.place.url(service) for service in SERVICES}
        return told | {
            "BATON_KAFKA": self.place.kafka,
            "BATON_NAMESPACE": self.place.namespace,
            "BATON_HTTP": f"127.0.0.1:{self._ports['http']}",
            "BATON_ADMIN_HTTP": f"127.0.0.1:{self._ports['admin']}",
            "BATON_PUBLIC_URL": self.http,
            "BATON_SMTP_URL": f"smtp://{self.smtp}",
            "BATON_KEYS_DIR": str(self.keys_dir),
            "BATON_HOME": str(self.folder),
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.traces.url,
        }

    async def start(self) -> None:
        """Serve everything; ready when this returns."""
        argv = (*BATON, "serve", "all")
        served = running(argv, self.environment, self.log, f"{self.admin_http}/readyz")
        await self._served.enter_async_context(served)

    async def stop(self) -> None:
        """End it as an operator would."""
        await self._served.aclose()

    @asynccontextmanager
    async def mailbox(self) -> AsyncIterator[None]:
        """The mail server, for as long as the world stands."""
        flags = ("--smtp", self.smtp, "--http", f"127.0.0.1:{self._ports['mailbox']}")
        argv = (*MAILBOX, *flags, "--folder", str(self.folder / "mail"))
        ended = -signal.SIGTERM  # uvicorn, once it has closed, raises the signal again
        async with running(argv, dict(os.environ), self.folder / "mailbox.log", f"{self.mail_http}/", code=ended):
            yield

    async def prepare(self) -> None:
        """Topics, the network, and a secret for everybody in it."""
        await make_topics(self.place.kafka, self.place.namespace)
        slot = (
            f"canary_{self.place.namespace}"  # temporary: it keeps the log from here on, and goes with its connection
        )
        await self.rows("select pg_create_physical_replication_slot($1, true, true)", slot)
        [began] = await self.rows("select pg_current_wal_insert_lsn()::text as lsn")
        self.wal_from = began["lsn"]
        await self.start()
        document = read_files([NETWORK]).document
        applied = await self.ask("operator:local", "PUT", "/intake/v1/network", document)
        assert applied.status_code == 200, applied.text
        await self.callers.let_in(document, self.place.url("intake"))

    def mails(self, to: str) -> list[EmailMessage]:
        """What arrived for this address, in order."""
        letters = Letters(self.folder / "mail")
        found = [letters.message(line.id) for line in letters.lines() if line.recipients == (to,)]
        return [message for message in found if message is not None]

    def referral(self, route: str, canary: Canary | None = None, **changes: Any) -> dict[str, Any]:
        """A referral on this route that is accepted, about somebody new unless given."""
        study, canary = route.partition("-")[0], canary or self.canaries.next()
        return {
            "route": route,
            "study": study,
            "material": f"{study}-words@1",
            "external_id": canary.external_id,
            "disclosure_basis": canary.basis,
            "person": canary.person,
            "permission": {"channels": ["phone"], "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"},
            "stated_interest": "learn_more",
            **changes,
        }

    async def send(self, referral: dict[str, Any], key: str | None = None) -> httpx.Response:
        """Post it, under an Idempotency-Key of its own unless given."""
        headers = {"idempotency-key": key or f"key-{os.urandom(8).hex()}"}
        return await self.ask(PARTNER, "POST", "/intake/v1/referrals", referral, headers=headers)

    async def post(self, route: str, canary: Canary | None = None) -> str:
        """Refer somebody; the lead's id."""
        answer = await self.send(self.referral(route, canary))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["lead"])

    async def lead(self, lead: str, staff: str = "perrin") -> dict[str, Any]:
        """A lead as a staff member sees it; empty while it is not there."""
        answer = await self.ask(f"staff:{staff}", "GET", f"/desk/v1/leads/{lead}")
        assert answer.status_code in (200, 404), answer.text
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found

    async def owned(self, lead: str) -> str:
        """Wait until somebody owns it; who."""

        async def owner() -> str | None:
            found = (await self.lead(lead)).get("owner")
            return str(found) if found else None

        return await wait_for(owner)

    async def command(self, staff: str, lead: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """A command on a lead as it now is; the lead after it. Met by another change meanwhile, it is tried again."""
        version = (await self.lead(lead))["version"]
        path, headers = f"/desk/v1/leads/{lead}/{what}", {"if-match": f'"{version}"'}
        answer = await self.ask(f"staff:{staff}", "POST", path, body, headers=headers)
        if answer.status_code == 412:
            return await self.command(staff, lead, what, body)
        assert answer.status_code == 200, answer.text
        after: dict[str, Any] = answer.json()
        return after

    async def attempt(self, staff: str, lead: str, result: str = "reached") -> dict[str, Any]:
        """Record a call."""
        return await self.command(staff, lead, "attempts", {"channel": "phone", "result": result})

    async def get(self, who: str, path: str) -> dict[str, Any]:
        """What somebody who may see it gets."""
        answer = await self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def metrics(self) -> bytes:
        """What the process tells about itself now."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{self.admin_http}/metrics")).content

    async def facts(self, stream: str, key: str | None = None) -> list[Fact[Any]]:
        """What Kafka has of a stream, or of one key of it."""
        return await facts_of(self.place, stream, key)

    async def said(self, stream: str, key: str) -> list[str]:
        """The names of one key's facts on Kafka, in order: `["AlertRaised", "AlertDelivered"]`."""
        return [type(fact.body).__name__ for fact in await self.facts(stream, key)]

    async def heard(self, stream: str, key: str, *wanted: str) -> None:
        """Wait until reporting has heard all of these facts of a key."""

        async def all_heard() -> bool:
            rows = await self.rows("select type from reporting.journal where stream = $1 and key = $2", stream, key)
            return {f"baton.{name}.v1" for name in wanted} <= {row["type"] for row in rows}

        await wait_for(all_heard)

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        """As the administrator, past every policy; the statement names the schema."""
        return [dict(row) for row in await self._admin.fetch(sql, *args)]

    async def now(self) -> datetime:
        """Business time."""
        found: datetime = (await self.rows("select clock_timestamp() + ahead as at from sla.test_clock"))[0]["at"]
        return found.astimezone(UTC)

    async def at_rest(self) -> None:
        """Wait until every outbox is empty and every reader stands at the end of what it reads, twice in a row."""
        before: list[object] = []

        async def rests() -> bool:
            ends = await ends_of(self.place, STREAMS.values())
            wanted = {(reader, *at): end for at, end in ends.items() if end for reader in STREAMS[at[0]].read_by}
            positions, unsent = await self._positions(), await self._unsent()
            rested = unsent == 0 and wanted.items() <= positions.items()
            still = before == [wanted] and rested
            before[:] = [wanted] if rested else []
            return still

        await wait_for(rests)

    async def _positions(self) -> dict[tuple[str, str, int], int]:
        named = {stream.topic(self.place.namespace): stream.name for stream in STREAMS.values()}
        found = {}
        for service in SERVICES:
            for row in await self.rows(f"select topic, partition, next_offset from {service}.reader_position"):
                found[service, named[row["topic"]], row["partition"]] = row["next_offset"]
        return found

    async def _unsent(self) -> int:
        counts = [f"(select count(*) from {service}.outbox where sent_at is null)" for service in SERVICES]
        return int((await self.rows(f"select {' + '.join(counts)} as n"))[0]["n"])


async def wait_for(ask: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE) -> T:
    """Ask until the answer is something; a deadline ends it."""
    async with asyncio.timeout(seconds):
        while not (answer := await ask()):
            await asyncio.sleep(0.05)
        return answer


@asynccontextmanager
async def a_world(place: Place, folder: Path) -> AsyncIterator[World]:
    """Running, its network applied, until the end of the block."""
    async with AsyncExitStack() as stack:
        admin = await administrator(place)
        stack.push_async_callback(admin.close)
        world = World(place, folder, admin)
        stack.push_async_callback(world.callers.close)
        stack.enter_context(world.traces.listening())
        await stack.enter_async_context(world.mailbox())
        stack.push_async_callback(world.stop)
        await world.prepare()
        yield world
