"""What the checker has: the history, the topics as bytes, the live tail, a dump, the mail. Plain values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.faults.checker.index import Index, index_of
from tests.faults.checker.planted import Spot, planted
from tests.faults.checker.record import Record as Record
from tests.faults.history import Line
from tests.faults.world import World


@dataclass(frozen=True)
class Evidence:
    """Everything one run left behind."""

    world: World
    history: Sequence[Line]
    faults: Sequence[Line]
    records: Mapping[str, Sequence[Record]]
    """stream name -> every record from offset 0, by partition and offset"""
    tail: Sequence[Line]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    """`routing.lead` -> rows, read in one read-only REPEATABLE READ transaction at rest

    uuid as text, timestamptz as aware datetime, jsonb parsed, bytea as bytes. Of the big tables only what a law needs
    (`dump.NARROWED`); rows are views that are made when looked at, so bind them to a name once.
    """
    mails: Sequence[Mapping[str, Any]]
    """`{"to", "message_id", "subject", "text", "at"}` in order of arrival"""
    answers: Mapping[str, Any]
    """public HTTP answers asked at rest: `reporting:<sponsor>/<study>` -> JSON, ..."""
    ends: Mapping[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    """(topic, partition) -> (first offset, end) as the broker says; empty where nobody asked"""
    resources: Sequence[Line] = ()
    """`{"at", "roles": {name: {"pid", "rss", "fds", "threads"}}, "sessions": {application: count}}`, as they went"""
    replayed: Mapping[str, Any] = field(default_factory=dict)
    """`{"records", "before": {table: digest}, "after": {...}}` where every topic was read once more from its start"""
    canaries: Sequence[Mapping[str, Any]] = ()
    """`{"place", "pattern", "offset"}` for each hit of a search of every file as bytes"""
    searched: Mapping[str, int] = field(default_factory=dict)
    """place -> bytes searched"""

    @cached_property
    def index(self) -> Index:
        """The facts by stream, key and version, and by type, without what the workload planted itself; made once."""
        return index_of(self.records, self.planted.keys())

    @cached_property
    def planted(self) -> Mapping[Spot, Record]:
        """Records that the workload wrote past every service, by where they stand."""
        return planted(self.history, self.records)


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that does not hold.

    `group` is a column of the printed result: lost, doubled, gaps, swaps, early, missed, repeated, aggregates, state,
    conservation, leaks, owners, parked, recovery, stalls, growth.
    """

    law: str
    group: str
    key: str
    says: str
