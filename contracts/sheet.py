"""Every field that one service says to another: purpose, owner, class, recipients, how long it is kept (R22, R35).

Read from the lines the contract lint insists on, so nothing can be said that the sheet does not show.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.envelope import FactBody
from contracts.lint.annotations import fields_of
from contracts.says import KEEPS_STAFF_ADDRESS, DataClass, Says
from contracts.streams import FOR_EVER, Stream


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One field of one fact."""

    stream: str
    fact: str
    field: str
    why: str
    owner: str
    data: str
    recipients: tuple[str, ...]
    """services that read it and may keep it"""
    kept: str


def sheet(facts: Mapping[str, type[FactBody]]) -> Iterator[SheetRow]:
    """A row a field, facts by stream and name; a model inside a fact by its own name."""
    for fact in sorted(facts.values(), key=lambda one: (one.stream.name, one.__name__)):
        for field in fields_of(fact):
            [said] = field.of(Says)
            where = field.name if field.model is fact else field.where
            yield SheetRow(
                fact.stream.name,
                fact.__name__,
                where,
                said.why,
                said.by.value,
                said.data.value,
                _recipients(fact.stream, said.data),
                kept(fact.stream),
            )


def kept(stream: Stream) -> str:
    """How long the stream's records are kept, in words."""
    if stream.kept == FOR_EVER:
        return "for ever"
    days, seconds = stream.kept.days, stream.kept.seconds
    return f"{days} days" if days else f"{seconds // 3600} hours"


def _recipients(stream: Stream, data: DataClass) -> tuple[str, ...]:
    if data is DataClass.STAFF_ADDRESS:
        return tuple(name for name in stream.read_by if name in KEEPS_STAFF_ADDRESS)
    return stream.read_by
