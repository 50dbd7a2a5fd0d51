"""Which Java, and how old."""

from pathlib import Path

import pytest

from deploy.local import java
from deploy.local.errors import StackError
from deploy.local.java import find_java, java_of_wheel, java_version


def a_java(folder: Path, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_402"', 8),
        ("something else", 0),
    ],
)
def test_versions_are_read(tmp_path: Path, says: str, version: int) -> None:
    assert java_version(a_java(tmp_path, says)) == version


def test_the_wheels_java_comes_first_and_runs() -> None:
    found = find_java({"PATH": "/nowhere"})
    assert found == java_of_wheel()
    assert java_version(found) >= 17


def test_without_the_wheel_the_systems_is_taken_if_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "java_of_wheel", lambda: None)
    old = a_java(tmp_path / "old" / "bin", 'openjdk version "11.0.2"')
    new = a_java(tmp_path / "new", 'openjdk version "21.0.1"')
    assert find_java({"JAVA_HOME": str(old.parent.parent), "PATH": str(new.parent)}) == new
    with pytest.raises(StackError, match="no Java 17 or later"):
        find_java({"PATH": str(old.parent)})
