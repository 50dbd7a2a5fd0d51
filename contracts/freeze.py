"""`python -m contracts.freeze`: write down the schemas and examples of today's facts.

New files are written, schemas grow by optional fields and listed values. Any other change is refused and nothing is
written at all: it needs a new fact. Examples never change; a new wish is a new example under a new name.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import contracts.facts  # noqa: F401 - makes every fact type known
from contracts.envelope import KNOWN, FactBody
from contracts.examples import EXAMPLES, Example
from contracts.schema import breaks, schema_of
from contracts.store import FROZEN, Store, read, text_of, written


class Refused(Exception):
    """What would have changed although it was frozen, one line each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def freeze(store: Store, facts: Mapping[str, type[FactBody]], examples: Iterable[Example]) -> list[Path]:
    """Write what is new and return its files; raises `Refused`, with nothing written, when something would break."""
    examples = list(examples)
    if reasons := [*broken(store, facts), *_changed_examples(store, examples)]:
        raise Refused(reasons)
    texts = {store.schema_path(name): text_of(schema_of(fact)) for name, fact in facts.items()}
    for example in examples:
        path = store.example_path(example.fact.head.type, example.name)
        if not path.exists():
            texts[path] = text_of(written(example))
    new = {path: text for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in new.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(new)


def broken(store: Store, facts: Mapping[str, type[FactBody]]) -> Iterator[str]:
    """What today's facts would break: a frozen type that is gone, or changed by more than an addition (P15)."""
    for name in sorted(store.types() - facts.keys()):
        yield f"{name}: the type is gone, and facts of it are on Kafka for 400 days"
    for name, fact in sorted(facts.items()):
        if frozen := store.schema(name):
            yield from (f"{name}{difference}" for difference in breaks(frozen, schema_of(fact)))


def not_frozen(store: Store, facts: Mapping[str, type[FactBody]], examples: Iterable[Example]) -> Iterator[str]:
    """What `freeze` would still write."""
    for name, fact in sorted(facts.items()):
        path = store.schema_path(name)
        if not path.exists() or path.read_text("utf-8") != text_of(schema_of(fact)):
            yield path.name
    for example in examples:
        if not store.example_path(example.fact.head.type, example.name).exists():
            yield f"{example.fact.head.type}/{example.name}.json"


def _changed_examples(store: Store, examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        path = store.example_path(example.fact.head.type, example.name)
        if path.exists() and not _same(path, example):
            yield f"{example.fact.head.type}: the example {example.name} changed: examples only join, take a new name"


def _same(path: Path, example: Example) -> bool:
    """As a reader sees it, so that an added field with a default is no change."""
    try:
        return read(path) == example.fact
    except ValueError:
        return False


def main() -> int:
    """Freeze into `contracts/frozen`; 1 and the reasons when refused."""
    try:
        new = freeze(Store(), KNOWN, EXAMPLES)
    except Refused as refused:
        sys.stderr.write("".join(f"{reason}\n" for reason in refused.reasons))
        return 1
    sys.stdout.write("".join(f"{path.relative_to(FROZEN)}\n" for path in new))
    sys.stdout.write(f"frozen: {len(KNOWN)} facts, {len(new)} files written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
