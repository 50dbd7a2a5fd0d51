"""A test that needs something gets it or fails; it never looks away."""

import ast
from collections.abc import Iterator

from tests.house.tree import Finding, Tree

WHY = "a test that needs something gets it or fails"
LOOKING_AWAY = {
    "SkipTest",
    "expectedFailure",
    "importorskip",
    "skip",
    "skipIf",
    "skipTest",
    "skipUnless",
    "skipif",
    "xfail",
}


def nothing_is_skipped(tree: Tree) -> Iterator[Finding]:
    """No skip, xfail or importorskip anywhere in tests/."""
    for source in tree.python("tests"):
        for node in source.nodes:
            match node:
                case ast.Attribute(attr=name) | ast.Name(id=name) if name in LOOKING_AWAY:
                    yield source.found(node.lineno, f"{name}: {WHY}")
                case ast.ImportFrom(names=names):
                    for alias in names:
                        if alias.name in LOOKING_AWAY:
                            yield source.found(node.lineno, f"{alias.name}: {WHY}")
