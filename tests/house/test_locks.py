"""What is installed is what is locked: one version in both locks, each with a hash, and nothing fetched beside them."""

import re
import tomllib

import pytest

from tests.house.tree import root

LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> set[tuple[str, str]]:
    """(package, version) pairs; a package may have two versions under different markers."""
    text = (root() / name).read_text()
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)", text, re.MULTILINE))


def test_the_image_runs_the_versions_that_were_tested() -> None:
    runtime, development = (locked(name) for name in LOCKS)
    assert len(runtime) > 30
    assert runtime < development


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    text = (root() / name).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_sync_keeps_baton_itself(name: str) -> None:
    assert "-e ." in (root() / name).read_text().splitlines()


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((root() / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[><=~!; ]", text)[0].lower() for text in project["dependencies"]}
    assert wanted - {package for package, _ in locked("requirements.lock")} == set()


def test_uv_builds_us_by_itself() -> None:
    """uv carries the builder of its own minor version; with another one named it would fetch that, unlocked."""
    [builder] = tomllib.loads((root() / "pyproject.toml").read_text())["build-system"]["requires"]
    [version] = [version for package, version in locked("requirements-dev.lock") if package == "uv"]
    lower, upper = re.fullmatch(r"uv_build>=(\d+\.\d+),<(\d+\.\d+)", builder).groups()  # type: ignore[union-attr]
    assert [as_numbers(lower), as_numbers(upper)] == sorted([as_numbers(lower), as_numbers(upper)])
    assert as_numbers(lower) <= as_numbers(version)[:2] < as_numbers(upper)


def as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
