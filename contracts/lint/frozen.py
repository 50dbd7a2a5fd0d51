"""Rules for the frozen files: nothing said before becomes unreadable, nothing said today is unknown (P15)."""

from collections.abc import Iterable, Iterator, Mapping

from contracts.envelope import FactBody
from contracts.examples import Example
from contracts.freeze import broken, not_frozen
from contracts.lint.finding import Finding
from contracts.store import Store, read


def frozen_findings(
    store: Store, facts: Mapping[str, type[FactBody]], examples: Iterable[Example]
) -> Iterator[Finding]:
    """Schemas only grew, all of it is frozen, and every frozen example reads with today's code."""
    yield from (Finding("frozen", what) for what in broken(store, facts))
    yield from (Finding(name, "run `python -m contracts.freeze`") for name in not_frozen(store, facts, examples))
    yield from _example_findings(store, facts)


def _example_findings(store: Store, facts: Mapping[str, type[FactBody]]) -> Iterator[Finding]:
    shown = set()
    for type_name, path in store.examples():
        shown.add(type_name)
        try:
            fact = read(path)
        except (ValueError, KeyError) as unreadable:
            yield Finding(f"{type_name}/{path.name}", f"today's code cannot read it: {type(unreadable).__name__}")
            continue
        if fact.head.type != type_name:
            yield Finding(f"{type_name}/{path.name}", f"is a {fact.head.type}")
    for type_name in sorted(facts.keys() - shown):
        yield Finding(type_name, "has no frozen example")
