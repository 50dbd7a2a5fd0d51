"""Nothing of a person is readable anywhere but in the vault, and that is sealed (S1)."""

from collections.abc import Iterator

from tests.faults.checker.evidence import Breach, Evidence


def nothing_leaks(evidence: Evidence) -> Iterator[Breach]:
    """No canary in any log, any file of PostgreSQL and Kafka, any letter, any answer."""
    for hit in evidence.canaries:
        yield Breach("nothing_leaks", "leaks", str(hit["place"]), f"{hit['pattern']} at byte {hit['offset']}")
