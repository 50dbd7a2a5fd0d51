"""Every place outside the vault where a byte of a person could come to rest, and a leak planted in each.

The vault itself is among the tables: its columns hold ciphertext, so nothing is found there either.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiosmtplib
import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.canary import servers
from tests.canary.search import Hit, Needle, hits_in, needles_of

if TYPE_CHECKING:
    import asyncpg

    from tests.journeys.world import World


@dataclass(frozen=True)
class Place:
    """Where to look, and how a careless program would have left a word there."""

    name: str
    read: Callable[[], Awaitable[Sequence[bytes]]]
    plant: Callable[[str], Awaitable[object]]


@dataclass(frozen=True)
class Searched:
    """What a search of one place gave. `leak` is whether the word planted there was found."""

    place: str
    bytes: int
    hits: list[Hit]
    leak: bool


async def search(place: Place, needles: Sequence[Needle]) -> Searched:
    """Plant a leak, read the place, look for everybody and for the leak."""
    word = f"Leakwick{secrets.token_hex(4)}"
    await place.plant(word)
    pieces = await place.read()
    found = hits_in(pieces, needles_of({"leak": word}))
    return Searched(place.name, sum(map(len, pieces)), hits_in(pieces, needles), bool(found))


def table(searched: Sequence[Searched]) -> str:
    """One line a place."""
    lines = [
        f"{one.place:<22} {one.bytes:>12,} {len(one.hits):>5} {'found' if one.leak else 'MISSED'}" for one in searched
    ]
    return "\n".join([f"{'searched':<22} {'bytes':>12} {'hits':>5} planted leak", *lines])


async def places_of(world: "World", admin: "asyncpg.Connection[asyncpg.Record]", metrics: list[bytes]) -> list[Place]:
    """All of a world's; `metrics` is what its process told while it ran."""
    here = await _files_of_servers(world, admin)
    return [*here, *_rows_and_records(world, admin), *_of_processes(world, metrics)]


async def _files_of_servers(world: "World", admin: "asyncpg.Connection[asyncpg.Record]") -> list[Place]:
    """Read where the servers run on this machine; their records and rows are searched in any case."""
    kafka, namespace, database = world.place.kafka, world.place.namespace, Database(admin)
    folder, log = await servers.log_folder(kafka), await servers.log_file(admin)
    places = {
        folder: Place(
            "kafka segments", lambda: servers.segments(folder, namespace), lambda w: produce(kafka, namespace, w, None)
        ),
        log: Place("database log", lambda: contents(log), database.in_the_log),
    }
    return [place for at, place in places.items() if at.exists()]


def _rows_and_records(world: "World", admin: "asyncpg.Connection[asyncpg.Record]") -> list[Place]:
    """The write-ahead log comes before the data files: reading those begins with a checkpoint."""
    kafka, namespace, database = world.place.kafka, world.place.namespace, Database(admin)
    return [
        Place(
            "kafka records", lambda: servers.records(kafka, namespace), lambda w: produce(kafka, namespace, w, "gzip")
        ),
        Place("database tables", lambda: servers.tables(admin), database.in_a_compressed_value),
        Place("idempotency rows", lambda: servers.tables(admin, "%.idempotency"), database.in_an_answer),
        Place("write-ahead log", lambda: servers.write_ahead(admin, world.wal_from), database.in_a_row),
        Place("database files", lambda: servers.data_files(admin), database.in_a_row),
    ]


def _of_processes(world: "World", metrics: list[bytes]) -> list[Place]:
    mail, keys, answers = world.folder / "mail", world.keys_dir, world.callers.answers

    async def count(word: str) -> None:
        metrics.append(f'baton_refused_total{{reason="{word}"}} 1'.encode())

    async def answer(word: str) -> None:
        answers.append(f'{{"input": "{word}"}}'.encode())

    return [
        Place("service log", lambda: contents(world.log), lambda w: append(world.log, w)),
        Place("metrics", lambda: kept(metrics), count),
        Place("traces", lambda: kept(world.traces.bodies), lambda w: export(world.traces.url, w)),
        Place("answers", lambda: kept(answers), answer),
        Place("mails", lambda: contents(mail), lambda w: post(world.smtp, w)),
        Place("key files", lambda: contents(keys), lambda w: append(keys / "leak", w)),
    ]


class Database:
    """Leaks in a database; what was made for them is taken away by `clean`."""

    def __init__(self, admin: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._admin = admin

    async def in_a_row(self, word: str) -> None:
        """As a log of requests would keep it."""
        await self._admin.execute("create table if not exists sla.leak (word text)")
        await self._admin.execute("insert into sla.leak values ($1)", f"GET /?name={word}")

    async def in_a_compressed_value(self, word: str) -> None:
        """Long enough to be compressed: on disk the word is not to be seen, in the table it is."""
        await self.in_a_row(f"{word} " * 2000)

    async def in_an_answer(self, word: str) -> None:
        """As a stored answer that repeats what was sent."""
        await self._admin.execute(
            "insert into intake.idempotency (client, key, fingerprint, state, body) "
            "values ('leak', $1, $1, 'answered', $1)",
            f'{{"family_name": "{word}"}}'.encode(),
        )

    async def in_the_log(self, word: str) -> None:
        """As an error that names a value."""
        await self._admin.execute(f"do $$ begin raise log 'Key (family_name)=({word}) already exists'; end $$")

    async def clean(self) -> None:
        """Take the leaks away."""
        await self._admin.execute("drop table if exists sla.leak; delete from intake.idempotency where client = 'leak'")


async def contents(at: Path) -> list[bytes]:
    """A file, or every file of a folder."""
    files = sorted(path for path in at.rglob("*") if path.is_file()) if at.is_dir() else [at]
    return [file.read_bytes() for file in files]


async def kept(pieces: Sequence[bytes]) -> Sequence[bytes]:
    """What was kept as it came."""
    return pieces


async def append(file: Path, word: str) -> None:
    """One more line."""
    with file.open("ab") as out:
        out.write(f'{{"event": "refused", "email": "{word}@mail.example"}}\n'.encode("utf-16-le"))


async def produce(kafka: str, namespace: str, word: str, compression: str | None) -> None:
    """A record on a topic of its own, plain or in a compressed batch."""
    topic: Final = f"{namespace}.leak.v1"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, compression_type=compression)
    await producer.start()
    head = [("ce_subject", word.encode())] if compression else []
    body = b"nobody " * 400 if compression else word.encode().hex().encode()
    await producer.send_and_wait(topic, body, headers=head)
    await producer.stop()


async def export(url: str, word: str) -> None:
    """A span with an attribute too many."""
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(f"{url}/v1/traces", content=f"http.target /find?q={word}".encode())


async def post(smtp: str, word: str) -> None:
    """A mail that says a name, in base64."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "baton@baton.example", "oona@lowmoor.example", "KE-505"
    message.set_content(f"Please call {word}.", cte="base64")
    host, _, port = smtp.rpartition(":")
    await aiosmtplib.send(message, hostname=host, port=int(port))
