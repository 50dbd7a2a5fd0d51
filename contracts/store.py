"""The frozen files: `<type>.schema.json` and `examples/<type>/<name>.json`, written once and then only added to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contracts.envelope import Fact, body_bytes, body_from, head_from, headers_of
from contracts.examples import Example
from contracts.schema import Schema

FROZEN: Final = Path(__file__).parent / "frozen"


@dataclass(frozen=True, slots=True)
class Store:
    """One folder of frozen files."""

    folder: Path = FROZEN

    def schema_path(self, type_name: str) -> Path:
        """Where the schema of a type lies."""
        return self.folder / f"{type_name}.schema.json"

    def example_path(self, type_name: str, name: str) -> Path:
        """Where one example of a type lies."""
        return self.folder / "examples" / type_name / f"{name}.json"

    def types(self) -> set[str]:
        """Every type that was ever frozen."""
        return {path.name.removesuffix(".schema.json") for path in self.folder.glob("*.schema.json")}

    def schema(self, type_name: str) -> Schema | None:
        """The frozen schema of a type, or None when it has none yet."""
        path = self.schema_path(type_name)
        if not path.exists():
            return None
        found: Schema = json.loads(path.read_text(encoding="utf-8"))
        return found

    def examples(self) -> Iterator[tuple[str, Path]]:
        """Type and file of every frozen example."""
        for path in sorted(self.folder.glob("examples/*/*.json")):
            yield path.parent.name, path


def text_of(value: Any) -> str:
    """JSON as it lies in a frozen file: readable, and the same for the same value."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def written(example: Example) -> dict[str, Any]:
    """An example as a file holds it: the record's key, its headers, its body."""
    head = example.fact.head
    return {
        "key": head.key,
        "headers": {name: value.decode() for name, value in headers_of(head)},
        "body": json.loads(body_bytes(example.fact.body)),
    }


def read(path: Path) -> Fact[Any]:
    """A frozen example through the code every reader uses; raises what a reader would."""
    found = json.loads(path.read_text(encoding="utf-8"))
    head = head_from([(name, value.encode()) for name, value in found["headers"].items()])
    return Fact(head, body_from(head, json.dumps(found["body"]).encode()))
