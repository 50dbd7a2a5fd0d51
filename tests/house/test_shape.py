"""Each rule of `shape` finds what was planted and leaves the clean neighbour alone."""

import pytest

from tests.house import shape
from tests.house.tree import Tree


@pytest.mark.parametrize(("lines", "found"), [(300, 0), (301, 1)])
def test_a_file_has_at_most_300_lines(lines: int, found: int) -> None:
    assert len(list(shape.files_fit(Tree.of({"services/cli/up.py": "x = 1\n" * lines})))) == found


@pytest.mark.parametrize("head", ["def f():", "async def f():"])
@pytest.mark.parametrize(("lines", "found"), [(40, 0), (41, 1)])
def test_a_function_has_at_most_40_lines(head: str, lines: int, found: int) -> None:
    text = head + "\n" + "    x = 1\n" * (lines - 1)
    for path in ("services/cli/up.py", "tests/journeys/test_one.py"):
        assert len(list(shape.functions_fit(Tree.of({path: text})))) == found


def test_a_migration_may_be_as_long_as_it_must() -> None:
    tree = Tree.of({"services/sla/migrations/0001_pre_start.py": "def upgrade():\n" + "    x = 1\n" * 400})
    assert not list(shape.files_fit(tree))
    assert not list(shape.functions_fit(tree))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/chassis/utils.py", ""),
        ("services/chassis/db_helpers.py", ""),
        ("services/routing/common/rules.py", ""),
        ("services/chassis/base.py", ""),
        ("contracts/envelope.py", "class FactManager: ..."),
        ("contracts/envelope.py", "class BaseFact: ..."),
        ("contracts/envelope.py", "class SenderImpl: ..."),
        ("contracts/envelope.py", "class HTTPHelper: ..."),
    ],
)
def test_a_name_that_fits_everything_is_found(path: str, text: str) -> None:
    assert list(shape.names_say_something(Tree.of({path: text})))


def test_a_name_that_only_sounds_like_one_stays() -> None:
    text = "from pydantic import BaseModel\nclass Database(BaseModel): ...\nclass DisclosureBasis(BaseModel): ..."
    assert not list(shape.names_say_something(Tree.of({"services/chassis/database.py": text})))


@pytest.mark.parametrize(
    "path",
    [
        "src/baton.py",
        "scripts/run.sh",
        "setup.py",
        "services/billing/app.py",
        "deploy/terraform/main.tf",
        "tests/unit/test_x.py",
    ],
)
def test_what_has_no_place_is_found(path: str) -> None:
    assert list(shape.everything_has_its_place(Tree.of({path: ""})))


@pytest.mark.parametrize(
    "path",
    [
        "Makefile",
        ".ci/run",
        "deploy/Dockerfile",
        "docs/decisions/0001-why.md",
        "services/__init__.py",
        "contracts/x/y.py",
    ],
)
def test_what_has_its_place_stays(path: str) -> None:
    assert not list(shape.everything_has_its_place(Tree.of({path: ""})))


def test_a_folder_without_init_hides_from_the_import_contracts() -> None:
    whole = {"services/__init__.py": "", "services/sla/__init__.py": "", "services/sla/app.py": ""}
    assert not list(shape.folders_are_packages(Tree.of(whole)))
    del whole["services/sla/__init__.py"]
    assert [str(finding) for finding in shape.folders_are_packages(Tree.of(whole))] == [
        "services/sla/app.py:1: no __init__.py in services/sla/"
    ]
