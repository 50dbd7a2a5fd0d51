"""What each textbook service is told, and the sample's rows and bodies as it needs them."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

from contracts.streams import STREAMS, partition_of
from tests.bench.floor.wire import Wire
from tests.bench.sample import Sample

POOL: Final = 10
_OWN_BYTES: Final = frozenset({"external_key", "content_key"})


@dataclass(frozen=True)
class Told:
    """The order of one service; travels as JSON in the first argument."""

    service: str
    kafka: str
    database: str
    namespace: str
    sample: str
    port: int = 0

    @classmethod
    def here(cls) -> Self:
        """What this process was told."""
        return cls(**json.loads(sys.argv[1]))

    def text(self) -> str:
        """To pass it on."""
        return json.dumps(asdict(self))

    def topic(self, stream: str) -> str:
        """A stream's topic in this place."""
        return STREAMS[stream].topic(self.namespace)

    def wire(self) -> Wire:
        """One record a hop, with all the bytes Baton says there."""
        return Wire(Sample.load(Path(self.sample)), whole=False)

    def engine(self) -> AsyncEngine:
        """The usual pool."""
        return create_async_engine(self.database, pool_size=POOL, max_overflow=0)


class Rows:
    """Mapped classes over Baton's own tables (their columns are read from the database), and rows like the sample's."""

    def __init__(self, engine: AsyncEngine, sample: Sample) -> None:
        self.session = async_sessionmaker(engine, expire_on_commit=False)
        self._engine = engine
        self._sample = sample
        self._classes: dict[str, type] = {}
        self._like: dict[str, list[Mapping[str, Any]]] = {}

    async def map(self, *names: str) -> None:
        """`map("routing.lead", ...)`: read the tables' columns and the sample's rows in their types."""
        async with self._engine.connect() as connection:
            for name in names:
                self._classes[name] = await connection.run_sync(_mapped, name)
                for document in self._sample.rows.get(name, ()):
                    asked = text(f"select (jsonb_populate_record(null::{name}, cast(:row as jsonb))).*")
                    rows = await connection.execute(asked, {"row": json.dumps(document)})
                    self._like.setdefault(name, []).append(dict(rows.mappings().one()))

    def of(self, name: str, lead: UUID, tokens: list[str] | None = None) -> list[Any]:
        """New objects: another lead's rows."""
        return [
            self._classes[name](**self._values(row, lead, (tokens or [""] * 9)[n]))
            for n, row in enumerate(self._like[name])
        ]

    def one(self, name: str, **values: Any) -> Any:
        """A new object of these values."""
        return self._classes[name](**values)

    def mapped(self, name: str) -> Any:
        """The class itself, for statements."""
        return self._classes[name]

    def _values(self, row: Mapping[str, Any], lead: UUID, token: str) -> dict[str, Any]:
        told = dict(row)
        told.pop("seq", None)
        for name, value in row.items():
            if str(value) == self._sample.lead:
                told[name] = lead
            elif name in _OWN_BYTES:
                told[name] = lead.bytes + lead.bytes
        if "shard" in told:
            told["shard"] = partition_of(str(lead))
        return told | ({"value": token} if "value" in told else {})


def _mapped(connection: Connection, name: str) -> type:
    schema, _, table = name.partition(".")
    made = type(table.title(), (), {})
    registry().map_imperatively(made, Table(table, MetaData(), schema=schema, autoload_with=connection))
    return made
