"""Pages that say what is proved cannot rot: the tests they name exist, and tables of cases are the tests' own."""

import pytest

from tests.house import access
from tests.house.bad_input import PAGE, page
from tests.house.docs import NAMED, named_tests_exist
from tests.house.tree import Tree, root

TEST = "async def test_it() -> None: ...\n"


@pytest.mark.parametrize("named", ["tests/a/test_a.py::test_it", "tests/a/test_a.py", "see test_that"])
def test_a_test_that_is_there_may_be_named(named: str) -> None:
    assert not list(named_tests_exist(Tree.of({"tests/a/test_a.py": TEST, "docs/x.md": f"\n| `{named}` |"})))


@pytest.mark.parametrize("named", ["tests/a/test_a.py::test_that", "tests/a/test_b.py::test_it", "tests/a/gone.py"])
def test_a_test_that_is_not_there_is_found(named: str) -> None:
    found = list(named_tests_exist(Tree.of({"tests/a/test_a.py": TEST, "docs/x.md": f"\n| `{named}` |"})))
    assert [(finding.path, finding.line) for finding in found] == [("docs/x.md", 2)]


def test_every_page_names_tests_that_are_there() -> None:
    tree = Tree.checkout(root())
    assert list(named_tests_exist(tree)) == []
    named = {
        source.path.name: len(NAMED.findall(source.text)) for source in tree.sources if source.path.suffix == ".md"
    }
    assert named["delivery.md"] > 150


def test_the_page_of_bad_input_is_the_tests_own_cases() -> None:
    """When it differs: `python -m tests.house.bad_input`."""
    assert (root() / PAGE).read_text("utf-8") == page()


def test_the_page_of_who_gets_what_is_the_tests_own_matrix() -> None:
    """When it differs: `python -m tests.house.access`."""
    assert (root() / access.PAGE).read_text("utf-8") == access.page()
