"""Rules for streams and closed lists."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from contracts.envelope import FactBody
from contracts.lint.finding import Finding
from contracts.says import OwnerRole
from contracts.streams import Stream
from contracts.vocabulary import Word

SERVICES: Final = frozenset(role.value for role in OwnerRole)


def stream_findings(streams: Mapping[str, Stream], known: Mapping[str, type[FactBody]]) -> Iterator[Finding]:
    """Whether every stream is said and read by services that exist, and says anything."""
    for name, stream in streams.items():
        for what in (*_people(stream), *_contents(stream, known)):
            yield Finding(name, what)
        if stream.name != name:
            yield Finding(name, f"is listed under another name than its own, {stream.name}")


def _people(stream: Stream) -> Iterator[str]:
    if unknown := {stream.said_by, *stream.read_by} - SERVICES:
        yield f"unknown service {', '.join(sorted(unknown))}"
    if not stream.read_by:
        yield "nobody reads it"
    if len(set(stream.read_by)) != len(stream.read_by):
        yield "one reader per service and stream"
    if stream.said_by in stream.read_by:
        yield f"{stream.said_by} reads what it says itself"


def _contents(stream: Stream, known: Mapping[str, type[FactBody]]) -> Iterator[str]:
    if not any(fact.stream is stream for fact in known.values()):
        yield "no fact is said on it"
    if stream.partitions < 1 or not re.fullmatch(r"[a-z]+", stream.name):
        yield "a stream has a name of small letters and at least one partition"


def word_findings(lists: Iterable[type[Word]]) -> Iterator[Finding]:
    """Whether every closed list has a place for a newer writer's value, and is written one way."""
    for words in lists:
        if "OTHER" not in words.__members__ or words.__members__["OTHER"].value != "other":
            yield Finding(words.__name__, "has no OTHER = 'other': a reader has no place for a newer value")
        for name, word in words.__members__.items():
            if name.lower() != word.value:
                yield Finding(f"{words.__name__}.{name}", f"is written {word.value!r}: one word has one spelling")
