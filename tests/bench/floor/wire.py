"""What travels for one lead, made from the sample by putting another id in its place. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.streams import partition_of
from tests.bench.sample import Record, Sample

Header = tuple[str, bytes]

_VERSION: Final = "ce_keyversion"


@dataclass(frozen=True)
class Row:
    """One fact for an outbox, and what its record will carry."""

    stream: str
    key: str
    shard: int
    version: int
    body: bytes


class Wire:
    """Bodies and headers of any lead. `whole`: as many records as Baton says, else one a stream with all bytes."""

    def __init__(self, sample: Sample, *, whole: bool) -> None:
        self._lead = sample.lead
        self._values = [row["value"] for row in sample.rows["routing.match_token"]]
        records = sample.records
        if not whole:
            records = {
                "referrals": [_joined([*records["referrals"], *records["tokens"]])],
                "leads": [_joined(records["leads"])],
            }
        self._records: Mapping[str, Sequence[Record]] = records

    def rows(self, stream: str, lead: UUID) -> list[Row]:
        """A lead's facts on a stream."""
        key = str(lead)
        shard = partition_of(key)
        return [
            Row(stream, key, shard, record.version, self._body(record.body, lead)) for record in self._records[stream]
        ]

    def headers(self, stream: str, version: int, key: str) -> list[Header]:
        """The headers of a record: as many bytes as the sample's."""
        record = self._records[stream][version - 1]
        return [(name, (key if value == self._lead else value).encode()) for name, value in record.headers]

    def last(self, stream: str) -> int:
        """The highest version of a lead on a stream."""
        return len(self._records.get(stream, ()))

    def tokens(self, lead: UUID) -> list[str]:
        """Its token values, as long as real ones."""
        return [f"{n:x}{lead.hex}{lead.hex}"[: len(value)] for n, value in enumerate(self._values)]

    def _body(self, body: str, lead: UUID) -> bytes:
        text = body.replace(self._lead, str(lead))
        for value, mine in zip(self._values, self.tokens(lead), strict=True):
            text = text.replace(value, mine)
        return text.encode()


def version_of(headers: Sequence[tuple[str, bytes]]) -> int:
    """The version a record says it has."""
    return int(next(value for name, value in headers if name == _VERSION))


def _joined(records: Sequence[Record]) -> Record:
    """One record with the bytes of all bodies: a JSON document of the first, the others as text inside it."""
    first = json.loads(records[0].body)
    spare = sum(len(record.body) for record in records[1:]) - len(', "rest": ""')
    rest = "".join(record.body for record in records[1:]).replace('"', "'").replace("\\", "/")
    return Record(records[0].headers, json.dumps({**first, "rest": rest[: max(0, spare)]}, separators=(",", ":")), 1)
