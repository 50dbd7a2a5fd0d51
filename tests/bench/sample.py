"""One referral as Baton walked it: its records on Kafka and its rows in every table. The floor and the textbook version
move the same bytes, so they are made of these.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from contracts.streams import STREAMS
from tests.bench.place import Admin
from tests.journeys.records import records_of
from tests.place import Place

STREAMS_OF_A_LEAD: Final = ("referrals", "tokens", "leads", "alerts")

TABLES: Final = {
    "intake.referral": "lead = $1",
    "intake.vault": "lead = $1",
    "intake.permission": "lead = $1",
    "routing.lead": "id = $1",
    "routing.assignment": "lead = $1",
    "routing.match_token": "lead = $1",
    "routing.first_holder": "lead = $1",
    "sla.lead": "id = $1",
    "sla.clock": "lead = $1",
    "sla.clock_interval": "lead = $1",
    "sla.timer": "subject = $1",
}
"""Where a lead has rows of its own, and how they are found."""


@dataclass(frozen=True)
class Record:
    """One record: header pairs as text, the body as it travels, the version its key has with it."""

    headers: Sequence[tuple[str, str]]
    body: str
    version: int


@dataclass(frozen=True)
class Sample:
    """`lead` is the id that stands in every record and row; `rows` are JSON documents of whole rows, by table."""

    lead: str
    records: Mapping[str, Sequence[Record]]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]

    def bytes_of(self, stream: str) -> int:
        """Body bytes of one referral on a stream."""
        return sum(len(record.body.encode()) for record in self.records[stream])

    def save(self, file: Path) -> Path:
        """Write it down for another program."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return file

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read it back."""
        told = json.loads(file.read_text("utf-8"))
        records = {
            stream: [
                Record([(name, value) for name, value in one["headers"]], one["body"], one["version"]) for one in some
            ]
            for stream, some in told["records"].items()
        }
        return cls(told["lead"], records, told["rows"])


async def take_sample(place: Place, admin: Admin) -> Sample:
    """The newest lead that went all the way."""
    lead: str = await admin.fetchval(
        "select key from reporting.journal where stream = 'alerts' order by folded_at desc limit 1"
    )
    rows = {
        table: [json.loads(row[0]) for row in await admin.fetch(f"select to_jsonb(t) from {table} t where {at}", lead)]
        for table, at in TABLES.items()
    }
    return Sample(lead, {stream: await _records(place, stream, lead) for stream in STREAMS_OF_A_LEAD}, rows)


async def _records(place: Place, stream: str, lead: str) -> list[Record]:
    found = []
    for record in await records_of(place, STREAMS[stream]):
        if record.key == lead.encode():
            headers = [(name, value.decode()) for name, value in record.headers]
            found.append(Record(headers, (record.value or b"").decode(), int(dict(headers)["ce_keyversion"])))
    return sorted(found, key=lambda one: one.version)
