"""What was committed is said, and what is said was committed: outbox, heads and topics, event by event (P3)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import FACTS, head_md5, id_of, md5
from tests.faults.world import SERVICES

_BLANKED = "tokens"
"""The stream whose bodies the outbox forgets once they are sent."""


def commits_are_said(evidence: Evidence) -> Iterator[Breach]:
    """Each outbox row is on its topic: same id, version, type, times, body."""
    for service in SERVICES:
        for row in evidence.tables[f"{service}.outbox"]:
            yield from _is_said(evidence, row)


def _is_said(evidence: Evidence, row: Mapping[str, Any]) -> Iterator[Breach]:
    stream, key, version = row["stream"], row["key"], row["version"]
    versions = evidence.index.keys[stream].get(key, [])
    record = versions[version - 1] if version <= len(versions) else None
    name = f"{stream} {key} v{version}"
    if record is None:
        how = "is marked sent and is not on the topic" if row["sent"] else "waits unsent"
        if not row["held"]:
            yield Breach("commits_are_said", "lost", name, f"a committed fact {how}")
        return
    if id_of(record) != row["fact"]:
        yield Breach("commits_are_said", "doubled", name, "the topic has this version under another event id")
    elif head_md5(record) != row["head_md5"] or (not row["blank"] and md5(record.value) != row["body_md5"]):
        yield Breach("commits_are_said", "conservation", name, "the record says something else than the committed row")
    elif not row["sent"]:
        yield Breach("commits_are_said", "conservation", name, "is on the topic and was never marked")
    if row["blank"] is not (row["sent"] and stream == _BLANKED):
        group = "leaks" if stream == _BLANKED else "conservation"
        yield Breach("commits_are_said", group, name, "the outbox keeps a body it must forget, or forgot one")


def sayings_are_committed(evidence: Evidence) -> Iterator[Breach]:
    """No record without its row, but what the workload planted itself."""
    committed = {row["fact"] for service in SERVICES for row in evidence.tables[f"{service}.outbox"]}
    for stream in FACTS:
        for record in evidence.records.get(stream, ()):
            known = record.headers.get("ce_id") in committed
            if not known and (record.topic, record.partition, record.offset) not in evidence.planted:
                where = f"{stream}/{record.partition}@{record.offset}"
                yield Breach("sayings_are_committed", "conservation", where, "is on the topic and was never committed")


def heads_are_highest(evidence: Evidence) -> Iterator[Breach]:
    """A key's head is its highest version, and its rows are all there."""
    for service in SERVICES:
        rows = Counter((row["stream"], row["key"]) for row in evidence.tables[f"{service}.outbox"])
        heads = {(row["stream"], row["key"]): row["version"] for row in evidence.tables[f"{service}.head"]}
        for place in heads.keys() | rows.keys():
            if heads.get(place) != rows.get(place):
                says = f"head {heads.get(place)}, {rows.get(place, 0)} rows in the outbox"
                yield Breach("heads_are_highest", "gaps", " ".join(place), says)
