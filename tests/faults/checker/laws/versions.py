"""Versions 1..n per key in first appearance, by raw offsets; a repeat is the same fact; a key has one place (P4)."""

from collections.abc import Iterator

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import FACTS, head_md5, id_of, key_of
from tests.faults.checker.record import Record

SAID_BY = {"network": "/intake", "tokens": "/intake", "referrals": "/intake", "leads": "/routing", "alerts": "/sla"}
PARTITIONS = 12

_MIX, _MASK, _SEED = 0x5BD1E995, 0xFFFFFFFF, 0x9747B28C


def versions_rise_by_one(evidence: Evidence) -> Iterator[Breach]:
    """No version is missing, none comes after a higher one."""
    for record in evidence.index.swapped:
        yield Breach("versions_rise_by_one", "swaps", _name(record), "first appears after a higher version of its key")
    for stream, keys in evidence.index.keys.items():
        for key, versions in keys.items():
            if None in versions:
                says = f"v{versions.index(None) + 1} of {len(versions)} never appears"
                yield Breach("versions_rise_by_one", "gaps", f"{stream} {key}", says)


def repeats_are_the_same(evidence: Evidence) -> Iterator[Breach]:
    """What is on a topic twice has the same id, version, headers and body both times."""
    for record, first in evidence.index.repeats:
        if id_of(record) != id_of(first):
            yield Breach("repeats_are_the_same", "doubled", _name(record), "one version, two event ids")
        elif record.value != first.value or head_md5(record) != head_md5(first):
            yield Breach("repeats_are_the_same", "conservation", _name(record), "one event id says two things")


def events_are_one(evidence: Evidence) -> Iterator[Breach]:
    """An event id belongs to one version of one key."""
    seen: set[str] = set()
    for keys in evidence.index.keys.values():
        for versions in keys.values():
            for record in versions:
                if record is not None:
                    if id_of(record) in seen:
                        yield Breach("events_are_one", "doubled", _name(record), "its event id was used before")
                    seen.add(id_of(record))


def records_are_in_their_place(evidence: Evidence) -> Iterator[Breach]:
    """Record key = the key in the headers, partition = its murmur2, said by who owns the stream; all readable."""
    places: dict[str, int] = {}
    for record in evidence.index.unreadable:
        where = f"{record.stream}/{record.partition}@{record.offset}"
        yield Breach("records_are_in_their_place", "parked", where, "its headers give no key, version and id")
    for stream in FACTS:
        for key, versions in evidence.index.keys[stream].items():
            place = places.setdefault(key, partition_of(key))
            for one in versions:
                if one is not None and (one.partition, one.key, one.headers.get("ce_source")) != (
                    place, key, SAID_BY[stream],
                ):  # fmt: skip
                    says = f"stands in partition {one.partition} under another key or from another service"
                    yield Breach("records_are_in_their_place", "swaps", _name(one), says)


def partition_of(key: str) -> int:
    """murmur2 of the key's bytes, without its sign, modulo 12: where a Java producer would put it."""
    data = key.encode()
    h = (_SEED ^ len(data)) & _MASK
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        k = (int.from_bytes(data[at : at + 4], "little") * _MIX) & _MASK
        h = (h * _MIX & _MASK) ^ ((k ^ k >> 24) * _MIX & _MASK)
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _MIX & _MASK
    h = (h ^ h >> 13) * _MIX & _MASK
    return ((h ^ h >> 15) & 0x7FFFFFFF) % PARTITIONS


def _name(record: Record) -> str:
    return f"{record.stream} {key_of(record)} v{record.headers['ce_keyversion']} @{record.partition}/{record.offset}"
