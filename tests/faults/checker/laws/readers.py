"""Every reader is at the end with every key, once; nothing waits, is parked, held or unreadable (P5, P7)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.checker.canonical import jsonb_md5
from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import body_of, id_of, version_of
from tests.faults.checker.record import Record
from tests.faults.world import SERVICES

READ_BY: Mapping[str, tuple[str, ...]] = {
    "network": ("routing", "sla", "reporting"),
    "tokens": ("routing",),
    "referrals": ("routing", "reporting"),
    "leads": ("sla", "reporting"),
    "alerts": ("routing", "reporting"),
}
READS = tuple((service, stream) for stream, services in READ_BY.items() for service in services)


def cursors_are_at_the_end(evidence: Evidence) -> Iterator[Breach]:
    """A reader's cursor of a key is the key's last version, and names its event."""
    planted = {(one.stream, one.key): one for one in evidence.planted.values() if version_of(one)}
    for service, stream in READS:
        cursors = {row["key"]: row for row in evidence.tables[f"{service}.reader_cursor"] if row["stream"] == stream}
        keys = evidence.index.keys[stream]
        for key in keys.keys() | cursors.keys():
            at, last = cursors.get(key), evidence.index.last(stream, key)
            version, there = (at["version"] if at else 0), len(keys.get(key, ()))
            if (bad := planted.get((stream, key))) is not None:  # given up by hand, or passed over: it counts as read
                last, there = bad, version_of(bad) or 0
            name = f"{service} reads {stream} {key}"
            if version != there:
                group = "lost" if version < there else "conservation"
                yield Breach("cursors_are_at_the_end", group, name, f"applied v{version} of {there}")
            elif at and at["parked"]:
                yield Breach("cursors_are_at_the_end", "parked", name, f"is parked behind v{version}")
            elif at and last and at["last_id"] != id_of(last):
                yield Breach("cursors_are_at_the_end", "doubled", name, f"applied another event as v{version}")


def positions_are_at_the_end(evidence: Evidence) -> Iterator[Breach]:
    """A reader's position in a partition is the partition's end."""
    ends = {place: end for place, (_, end) in evidence.ends.items()} or _ends(evidence)
    for service, stream in READS:
        rows = evidence.tables[f"{service}.reader_position"]
        at = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        for (topic, partition), end in ends.items():
            if topic.split(".")[-2] == stream and at.get((topic, partition), 0) != end:
                name = f"{service} reads {stream}/{partition}"
                group = "lost" if at.get((topic, partition), 0) < end else "conservation"
                says = f"stands at {at.get((topic, partition))}, the end is {end}"
                yield Breach("positions_are_at_the_end", group, name, says)


def nothing_waits(evidence: Evidence) -> Iterator[Breach]:
    """Nothing parked, held, unreadable, paused; but unreadable records that the workload put there."""
    for service in SERVICES:
        for row in evidence.tables[f"{service}.parked"]:
            says = f"v{row['version']} is parked: {row['why']} {row['error'] or ''}".rstrip()
            yield Breach("nothing_waits", "parked", f"{service} {row['stream']} {row['key']}", says)
        for row in evidence.tables[f"{service}.unreadable"]:
            if (row["topic"], row["partition"], row["offset"]) not in evidence.planted:
                where = f"{service} {row['topic']}/{row['partition']}@{row['offset']}"
                yield Breach("nothing_waits", "parked", where, f"is unreadable: {row['error']}")
        for row in evidence.tables[f"{service}.reader"]:
            if row["state"] != "running":
                yield Breach("nothing_waits", "parked", f"{service} reads {row['stream']}", f"is {row['state']}")
        for row in evidence.tables[f"{service}.outbox"]:
            if row["held"]:
                key = f"{service} {row['stream']} {row['key']}"
                yield Breach("nothing_waits", "parked", key, f"v{row['version']} is held")


def journal_is_complete(evidence: Evidence) -> Iterator[Breach]:
    """Reporting keeps every fact it hears once, as received (staff addresses blanked)."""
    heard = Counter[tuple[str, str]]()
    for row in evidence.tables["reporting.journal"]:
        stream, key, version = row["stream"], row["key"], row["version"]
        versions = evidence.index.keys[stream].get(key, [])
        record = versions[version - 1] if version <= len(versions) else None
        heard[stream, key] += record is not None and not _may_be_ignored(record)
        if record is None:
            yield Breach("journal_is_complete", "conservation", f"{stream} {key} v{version}", "no topic has it")
        elif not _same(row, record):
            yield Breach("journal_is_complete", "state", f"{stream} {key} v{version}", "was journalled otherwise")
    for stream in (stream for service, stream in READS if service == "reporting"):
        for key, versions in evidence.index.keys[stream].items():
            there = sum(one is not None and not _may_be_ignored(one) for one in versions)
            if heard[stream, key] != there:
                says = f"{heard[stream, key]} of {there} facts are in the journal"
                yield Breach("journal_is_complete", "lost", f"{stream} {key}", says)


def _may_be_ignored(record: Record) -> bool:
    """A release that does not know its type passes over it; one that does keeps it."""
    return record.headers.get("ce_ignorable") == "true"


def _same(row: Mapping[str, Any], record: Record) -> bool:
    if row["id"] != id_of(record) or row["type"] != record.headers["ce_type"]:
        return False
    body = {name: value for name, value in body_of(record).items() if name != "email"}
    return bool(row["body_md5"] == jsonb_md5(body))


def _ends(evidence: Evidence) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for records in evidence.records.values():
        for record in records:
            found[record.topic, record.partition] = record.offset + 1
    return found
