"""What a page says is proved must be proved by a test that is there."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import Finding, Source, Tree

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def named_tests_exist(tree: Tree) -> Iterator[Finding]:
    """Every `tests/...py` and `tests/...py::test` a page names is in the tree."""
    tests = {str(source.path): source for source in tree.python("tests")}
    for page in tree.sources:
        if page.path.suffix == ".md":
            for number, line in enumerate(page.lines, start=1):
                for path, test in NAMED.findall(line):
                    if path not in tests:
                        yield page.found(number, f"{path} is not there")
                    elif test and test not in _tests_of(tests[path]):
                        yield page.found(number, f"{path} has no {test}")


def _tests_of(source: Source) -> set[str]:
    return {node.name for node in source.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
