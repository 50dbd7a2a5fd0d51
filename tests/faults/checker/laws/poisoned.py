"""Which keys were spoiled on purpose: what does not hold for them is counted apart."""

from collections.abc import Iterator

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.planted import poisons


def poisoned(evidence: Evidence) -> frozenset[str]:
    """Keys whose facts the traffic or a fault made fail, or stand behind a record that nobody could read."""
    return frozenset(_keys(evidence))


def _keys(evidence: Evidence) -> Iterator[str]:
    for line in (*poisons(evidence.history), *poisons(evidence.faults)):
        yield from (str(key) for key in line.get("keys", ()))
        if line.get("key"):
            yield str(line["key"])
