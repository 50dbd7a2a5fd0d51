"""The project's own files, as every house rule sees them."""

import ast
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Self

CODE = ("contracts", "services", "deploy", "tests")


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule: where, and what to do instead."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Source:
    """One text file; `path` is relative to the project and uses slashes."""

    path: PurePosixPath
    text: str

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every syntax node of a Python file."""
        return tuple(ast.walk(ast.parse(self.text, str(self.path))))

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def found(self, line: int, text: str) -> Finding:
        return Finding(str(self.path), line, text)


@dataclass(frozen=True)
class Tree:
    """All text files that are committed or about to be."""

    sources: tuple[Source, ...]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Self:
        return cls(tuple(Source(PurePosixPath(path), text) for path, text in texts.items()))

    @classmethod
    def checkout(cls, root: Path) -> Self:
        """Read what git tracks or would track under `root`; a file that is not UTF-8 text is nobody's to lint."""
        # Another user's checkout is a checkout too; HOME may hold no git settings, so it is said here.
        command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        texts: dict[str, str] = {}
        for name in sorted(filter(None, listed.split("\0"))):
            try:
                texts[name] = (root / name).read_text("utf-8")
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                continue
        return cls.of(texts)

    def python(self, *tops: str) -> Iterator[Source]:
        """The Python files below the named top folders (all code without names), migrations left out."""
        for source in self.sources:
            parts = source.path.parts
            if source.path.suffix == ".py" and parts[0] in (tops or CODE) and "migrations" not in parts:
                yield source


def root() -> Path:
    """The folder of this checkout."""
    return Path(__file__).resolve().parents[2]
