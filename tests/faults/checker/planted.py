"""What the workload itself wrote to the topics past every service, by its own history (tests/faults/traffic/poison.py).

Its producer may have written a record it was not answered about, or twice; so records are known by what they are: under
the lead the history names, on that stream, with a version that is no number, or with the lead as their correlation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.faults.checker.record import Record
from tests.faults.history import Line

Spot = tuple[str, int, int]
"""topic, partition, offset"""

RECORDS = {"body": "referrals", "unknown_type": "referrals", "unknown_ignorable": "referrals", "unreadable": "leads"}
"""How a lead is poisoned by a record, and the stream the record is on."""


def poisons(lines: Iterable[Line]) -> Iterator[Line]:
    """Every line of a history that says that something was poisoned."""
    return (line for line in lines if line.get("op") == "poison" or line["what"] == "poison")


def planted(history: Iterable[Line], records: Mapping[str, Sequence[Record]]) -> dict[Spot, Record]:
    """Records that no service said."""
    leads: dict[str, set[str]] = {}
    for line in poisons(history):
        if line.get("how") in RECORDS:
            leads.setdefault(RECORDS[line["how"]], set()).add(str(line["key"]))
    return {
        (one.topic, one.partition, one.offset): one
        for stream, keys in leads.items()
        for one in records.get(stream, ())
        if one.key in keys and _is_bad(one)
    }


def _is_bad(record: Record) -> bool:
    version = record.headers.get("ce_keyversion", "")
    return not version.isdigit() or record.headers.get("ce_correlationid") == record.key


def spoiled(*histories: Iterable[Line]) -> set[str]:
    """Leads for which a rule failed or a record was bad, at one time or another."""
    found: set[str] = set()
    for lines in histories:
        for line in poisons(lines):
            found |= {str(key) for key in (line.get("key"), *line.get("keys", ())) if key}
    return found
