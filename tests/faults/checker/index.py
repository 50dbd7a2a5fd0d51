"""The records in the order of their offsets, put in their places: key by key, version by version, first appearances."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from tests.faults.checker.planted import Spot
from tests.faults.checker.record import Record

FACTS = ("network", "tokens", "referrals", "leads", "alerts")
"""The streams of facts; watermarks are none."""

Versions = list[Record | None]
"""first appearances of one key: version n at n - 1, None where there is a hole"""


@dataclass
class Index:
    """What the topics say, once through all of them."""

    keys: dict[str, dict[str, Versions]] = field(default_factory=lambda: {stream: {} for stream in FACTS})
    """stream -> key -> its versions"""
    repeats: list[tuple[Record, Record]] = field(default_factory=list)
    """a record whose version was there already, and the first of that version"""
    swapped: list[Record] = field(default_factory=list)
    """first appearances after a higher version of their key"""
    unreadable: list[Record] = field(default_factory=list)
    """records whose headers give no key and version"""
    types: dict[str, list[Record]] = field(default_factory=dict)
    """`LeadOpened` -> first appearances, each version once"""

    def of(self, name: str) -> Sequence[Record]:
        """Facts of a type, by its plain name."""
        return self.types.get(name, ())

    def last(self, stream: str, key: str) -> Record | None:
        """The fact with the highest version of a key."""
        versions = self.keys[stream].get(key)
        return versions[-1] if versions else None


def index_of(records: Mapping[str, Iterable[Record]], planted: Set[Spot] = frozenset()) -> Index:
    """Walk every fact stream once, past what is `planted`."""
    made = Index()
    for stream in FACTS:
        keys = made.keys[stream]
        for record in records.get(stream, ()):
            version = version_of(record)
            if planted and (record.topic, record.partition, record.offset) in planted:
                continue
            if version is None:
                made.unreadable.append(record)
            else:
                _place(made, keys.setdefault(record.headers["ce_subject"], []), record, version)
    return made


def _place(made: Index, versions: Versions, record: Record, version: int) -> None:
    first = versions[version - 1] if version <= len(versions) else None
    if first is not None:
        made.repeats.append((record, first))
        return
    if version <= len(versions):
        versions[version - 1] = record
        made.swapped.append(record)
    else:
        versions.extend([None] * (version - 1 - len(versions)))
        versions.append(record)
    made.types.setdefault(plain(record.headers.get("ce_type", "")), []).append(record)


_MOST = 1_000_000
"""A version beyond it is no version: a hole that long is not worth a list."""


def version_of(record: Record) -> int | None:
    """The version its headers give, None where they give none, or no key, or no id."""
    written = record.headers.get("ce_keyversion", "")
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= _MOST):
        return None
    return int(written) if record.headers.get("ce_subject") and record.headers.get("ce_id") else None


def plain(type_name: str) -> str:
    """`baton.LeadOpened.v1` -> `LeadOpened`."""
    return type_name.removeprefix("baton.").partition(".")[0]


def body_of(record: Record) -> Mapping[str, Any]:
    """What it says; {} where that is no JSON object."""
    body = record.body
    return body if isinstance(body, dict) else {}


def key_of(record: Record) -> str:
    """The key its headers give."""
    return record.headers["ce_subject"]


def id_of(record: Record) -> str:
    """Its event id."""
    return record.headers["ce_id"]


def head_md5(record: Record) -> bytes:
    """Over what the headers say, as `dump` has PostgreSQL compute it over an outbox row."""
    names = ("ce_type", "ce_source", "ce_correlationid", "ce_causationid", "ce_actor", "ce_istest", "ce_ignorable")
    parts = [record.headers.get(name, "") for name in (*names, "ce_time")]
    return md5("|".join(parts).encode())


def md5(content: bytes) -> bytes:
    """16 bytes; only for telling contents apart."""
    return hashlib.md5(content, usedforsecurity=False).digest()
