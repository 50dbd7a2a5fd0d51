"""The partners' door with a network behind it, and referrals that are valid by default."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from contracts.envelope import KNOWN, FactBody
from services.chassis.database import Database
from services.chassis.telemetry import logs
from services.intake.contacts.storage.keys import VaultKeys
from tests.doors import Doors
from tests.intake.network.samples import document
from tests.place import Place

PATH: Final = "/intake/v1/referrals"
_NETWORK: Final = (Path(__file__).parent / "network.yaml").read_text(encoding="utf-8")
_NUMBERS: Final = count(1)


def network() -> dict[str, Any]:
    """The network; version 5 of the material took effect yesterday, so version 4 is in its days of grace."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    spelled_out = yaml.safe_load(_NETWORK.replace("YESTERDAY", yesterday))  # anchors and merges are ours only
    return document(json.dumps(spelled_out, default=str))


def a_person(**changes: Any) -> dict[str, Any]:
    """Somebody nobody has heard of."""
    n = next(_NUMBERS)
    person = {
        "given_name": "Ada",
        "family_name": "Wren",
        "birth_year": 1961,
        "phone": f"+1 212 555 {n:04}",
        "email": f"ada.wren{n}@mail.example",
        "postcode": "10001",
        "language": "en",
    }
    return {name: value for name, value in (person | changes).items() if value is not None}


def a_permission(**changes: Any) -> dict[str, Any]:
    """Phone and mail, given at nine in the morning."""
    given = {"channels": ["phone", "email"], "wording": "eastmere-contact@2", "given_at": "2026-03-01T09:00:00Z"}
    return given | changes


def a_referral(**changes: Any) -> dict[str, Any]:
    """A referral that is accepted; a field given as None is left out."""
    referral = {
        "route": "live",
        "study": "alder",
        "material": "alder-words@5",
        "external_id": f"OH-{next(_NUMBERS)}-A",
        "disclosure_basis": {"kind": "self_referred", "reference": "form 77", "given_on": "2026-03-01"},
        "person": a_person(),
        "permission": a_permission(),
        "stated_interest": "learn_more",
    }
    return {name: value for name, value in (referral | changes).items() if value is not None}


class Desk:
    """Intake behind its door, with a database to look into."""

    def __init__(self, doors: Doors, database: Database) -> None:
        self.doors = doors
        self.database = database

    async def send(
        self,
        body: Any,
        *,
        key: str | None = None,
        who: str = "partner:openhand",
        client: httpx.AsyncClient | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One referral under an Idempotency-Key, a new one unless it is given; as `who`, or on this client."""
        client = client or await self.doors.ask("intake", who)
        head = {"idempotency-key": key or f"key-{next(_NUMBERS)}", **JSON, **(headers or {})}
        return await client.post(PATH, content=json.dumps(body), headers=head)

    def vault_keys(self) -> VaultKeys:
        """The same key store, as another process would open it; to be closed."""
        parts = self.doors.parts_of("intake")
        return VaultKeys(parts.settings.keys_dir, parts.keys)

    async def fetch(self, sql: str, *args: object) -> list[dict[str, Any]]:
        """Rows, seen by everybody's scope."""
        async with self.database.work("system:test") as work:
            return [dict(row) for row in await work.fetch(sql, *args)]

    async def counts(self) -> dict[str, int]:
        """How many rows each table of the schema holds."""
        tables = await self.fetch(
            "select relname from pg_class where relnamespace = current_schema()::regnamespace "
            "and relkind in ('r', 'p') and not relispartition"
        )
        names = sorted(row["relname"] for row in tables)
        rows = await self.fetch(
            " union all ".join(f"select '{name}' as t, count(*) as n from {name}" for name in names)
        )
        return {row["t"]: row["n"] for row in rows}

    async def said(self, key: str) -> list[FactBody]:
        """Facts in the outbox under a key, in the order written."""
        rows = await self.fetch("select type, body from outbox where key = $1 order by id", key)
        return [KNOWN[row["type"]].model_validate_json(row["body"]) for row in rows]


JSON: Final = {"content-type": "application/json"}


@asynccontextmanager
async def a_desk(place: Place, keys_dir: Path) -> AsyncIterator[Desk]:
    """Opened for one test."""
    async with AsyncExitStack() as stack:
        doors = Doors(place, keys_dir, stack)
        database = Database.open(place.url("intake"), service="intake")
        stack.push_async_callback(database.close)
        yield Desk(doors, database)


@contextmanager
def heard() -> Any:
    """Everything logged inside, as text."""
    said = io.StringIO()
    opened = logs.open_logs(said, level="debug")
    try:
        yield said
    finally:
        opened.close()
