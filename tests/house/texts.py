"""What no committed text says, whatever its format."""

import re
from collections.abc import Iterator

from tests.house.tree import Finding, Tree

# In parts, so that this file does not say them. The ordinary clients know theirs; a mirror is the user's setting.
_HOSTS = (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("crates", "io"),
    ("maven", "org"), ("maven", "apache", "org"), ("proxy", "golang", "org"), ("deb", "debian", "org"),
    ("docker", "io"), ("ghcr", "io"), ("gcr", "io"), ("quay", "io"),
)  # fmt: skip
_PATHS = (("", "work", ""), ("", "root", ""), ("", "tmp", "baton"), ("..", "shared"))

REGISTRY = re.compile(r"(?i)\b(" + "|".join(re.escape(".".join(host)) for host in _HOSTS) + r")\b")
MACHINE = re.compile(r"(?<![\w.}-])(" + "|".join(re.escape("/".join(path)) for path in _PATHS) + ")")


def no_registry_is_named(tree: Tree) -> Iterator[Finding]:
    """No file names a package registry's host: behind a mirror it would be the wrong one."""
    yield from _lines_with(tree, REGISTRY, "names a package registry's host")


def no_machine_is_named(tree: Tree) -> Iterator[Finding]:
    """No file names a path of the machine it was written on: it would be true nowhere else."""
    yield from _lines_with(tree, MACHINE, "names a path of one machine")


def _lines_with(tree: Tree, pattern: re.Pattern[str], why: str) -> Iterator[Finding]:
    for source in tree.sources:
        for number, line in enumerate(source.lines, start=1):
            if pattern.search(line):
                yield source.found(number, why)
