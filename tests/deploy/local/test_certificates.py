"""Whom a fetch trusts."""

import os
from pathlib import Path

import pytest

from deploy.local.certificates import system_bundle, trusting_the_system


def test_the_users_own_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / "mine.pem").touch()
    assert system_bundle({"SSL_CERT_FILE": str(tmp_path / "mine.pem")}) == str(tmp_path / "mine.pem")
    assert system_bundle({"SSL_CERT_FILE": str(tmp_path / "gone.pem")}) != str(tmp_path / "gone.pem")


def test_the_setting_holds_for_the_fetch_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mine.pem"))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with trusting_the_system():
        assert os.environ["REQUESTS_CA_BUNDLE"] == str(tmp_path / "mine.pem")
    assert "REQUESTS_CA_BUNDLE" not in os.environ


def test_what_the_user_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "theirs")
    with trusting_the_system():
        assert os.environ["REQUESTS_CA_BUNDLE"] == "theirs"
    assert os.environ["REQUESTS_CA_BUNDLE"] == "theirs"
