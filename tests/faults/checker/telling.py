"""How a story is told: the usual one, and ways to change one thing in it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.faults.checker.building import Row, Story
from tests.faults.checker.evidence import Evidence

Tell = Callable[[Story], Evidence]


def usual() -> Story:
    """Two leads, copies of one, a refusal, an attempt, a repeat on the topic."""
    story = Story().refer().refer()
    accepted = {"lead": story.lead, "status": "accepted", "received_at": story.records["leads"][-1].body["received_at"]}
    story.asked(story.key, 202, accepted, kind="copy")
    story.asked(story.key, 422, {"code": "idempotency_key_reused"}, kind="other_body", expect=[422], sha="other")
    story.asked(story.key, None, kind="again")
    story.asked("slip", 400, {"code": "body_malformed"}, kind="malformed", expect=[400], facts={})
    story.refused().acted()
    story.publish(story.records["leads"][0])
    return story


def rows_of(evidence: Evidence, table: str) -> list[Row]:
    rows = evidence.tables[table]
    assert isinstance(rows, list)
    return rows


def row(table: str, **changes: Any) -> Tell:
    """The story, the last row of a table otherwise."""

    def tell(story: Story) -> Evidence:
        evidence = story.evidence()
        rows = rows_of(evidence, table)
        rows[-1] = rows[-1] | changes
        return evidence

    return tell


def without(table: str) -> Tell:
    """The story, the last row of a table gone."""

    def tell(story: Story) -> Evidence:
        evidence = story.evidence()
        rows_of(evidence, table).pop()
        return evidence

    return tell


def with_row(table: str, **row: Any) -> Tell:
    """The story, one more row in a table."""

    def tell(story: Story) -> Evidence:
        evidence = story.evidence()
        rows_of(evidence, table).append(row)
        return evidence

    return tell


def also(change: Callable[[Story], object]) -> Tell:
    """The story, and one thing more in it."""

    def tell(story: Story) -> Evidence:
        change(story)
        return story.evidence()

    return tell


def seen(**changes: Any) -> Tell:
    """The story's topics, where what was seen or said of the run differs."""
    return lambda story: replace(story.evidence(), **changes)
