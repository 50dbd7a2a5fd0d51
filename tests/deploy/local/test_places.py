"""Where things lie for people with and without a HOME."""

import os
from pathlib import Path

import pytest

from deploy.local.places import cache_folder, home_folder, secret_in

HOME = Path("/the/home")


def test_a_given_cache_wins(tmp_path: Path) -> None:
    assert cache_folder({"BATON_CACHE": str(tmp_path), "HOME": "/nowhere"}, HOME) == tmp_path


def test_xdg_comes_before_the_home_folder(tmp_path: Path) -> None:
    xdg, home = tmp_path / "xdg", tmp_path / "home"
    assert cache_folder({"XDG_CACHE_HOME": str(xdg), "HOME": str(home)}, HOME) == xdg / "baton"
    assert cache_folder({"XDG_CACHE_HOME": "not/absolute", "HOME": str(home)}, HOME) == home / ".cache" / "baton"


@pytest.mark.parametrize("home", ["", "relative", "/proc/no/such/home"])
def test_without_a_usable_home_the_cache_is_in_the_stacks_folder(home: str) -> None:
    assert cache_folder({"HOME": home}, HOME) == HOME / "cache"
    assert cache_folder({}, HOME) == HOME / "cache"


def test_the_stacks_folder_is_given_or_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder({}) == tmp_path / ".baton"
    assert home_folder({"BATON_HOME": "/else/where"}) == Path("/else/where")


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secret = secret_in(tmp_path / "secrets" / "one")
    finally:
        os.umask(before)
    assert len(secret) == 64
    assert secret_in(tmp_path / "secrets" / "one") == secret != secret_in(tmp_path / "secrets" / "two")
    assert (tmp_path / "secrets" / "one").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
