"""How long, what it is called, and where it lies."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import Finding, Tree

FILE_LINES = 300
FUNCTION_LINES = 40

# A word that fits everything says nothing, and things without a place gather behind it.
EMPTY_WORDS = {"manager", "managers", "helper", "helpers", "base", "impl", "util", "utils", "common", "misc"}

TOP_FOLDERS = {"contracts", "services", "deploy", "tests", "docs", ".ci"}
TOP_FILES = {
    ".dockerignore", ".env.example", ".gitattributes", ".gitignore",
    "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "Makefile", "README.md",
    "alembic.ini", "docker-compose.yml", "package.json", "package-lock.json", "pyproject.toml",
    "requirements.in", "requirements.lock", "requirements-dev.in", "requirements-dev.lock",
}  # fmt: skip
TESTS = {"contracts", "chassis", "intake", "routing", "sla", "reporting", "cli", "deploy", "journeys"}
TESTS |= {"faults", "bench", "house", "canary", "baseline"}
INNER_FOLDERS = {
    "services": {"chassis", "intake", "routing", "sla", "reporting", "cli"},
    "deploy": {"local", "demo", "kubernetes", "observability", "postgres", "gateway"},
    "tests": TESTS,
}


def files_fit(tree: Tree) -> Iterator[Finding]:
    """A Python file has at most 300 lines."""
    for source in tree.python():
        if (lines := len(source.lines)) > FILE_LINES:
            yield source.found(FILE_LINES + 1, f"{lines} lines, at most {FILE_LINES}: make the role a folder")


def functions_fit(tree: Tree) -> Iterator[Finding]:
    """A function has at most 40 lines from `def` to its last."""
    for source in tree.python():
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield source.found(node.lineno, f"{node.name} has {lines} lines, at most {FUNCTION_LINES}")


def names_say_something(tree: Tree) -> Iterator[Finding]:
    """No module and no class is called Manager, Helper, Base, Impl, utils or common."""
    for source in tree.python():
        for part in (*source.path.parts[:-1], source.path.stem):
            if EMPTY_WORDS & set(part.lower().split("_")):
                yield source.found(1, f"{part}: name it by what it holds")
        for node in source.nodes:
            if isinstance(node, ast.ClassDef) and EMPTY_WORDS & _words(node.name):
                yield source.found(node.lineno, f"class {node.name}: name it by what it is")


def _words(camel: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", camel)}


def everything_has_its_place(tree: Tree) -> Iterator[Finding]:
    """No unknown top-level file or folder, and no unknown folder below services/, deploy/ and tests/."""
    for source in tree.sources:
        parts = source.path.parts
        if len(parts) == 1 and parts[0] not in TOP_FILES:
            yield source.found(1, "an unknown file at the top: put it in the room it belongs to")
        if len(parts) > 1 and parts[0] not in TOP_FOLDERS:
            yield source.found(1, f"an unknown top-level folder: {parts[0]}/")
        known = INNER_FOLDERS.get(parts[0])
        if known and len(parts) > 2 and parts[1] not in known:
            yield source.found(1, f"an unknown folder: {parts[0]}/{parts[1]}/")


def folders_are_packages(tree: Tree) -> Iterator[Finding]:
    """Every folder of code has an `__init__.py`: without one the import contracts do not see it."""
    paths = {source.path for source in tree.python()}
    for source in tree.python():
        for folder in source.path.parents:
            if folder.name and folder / "__init__.py" not in paths:
                yield source.found(1, f"no __init__.py in {folder}/")
