"""Jars come from a repository of our own here; the committed list is checked for what it is."""

import functools
import hashlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.jars import LIST, Jar, kafka_jars, read_list

CONTENT = b"not really a jar"
JAR = Jar(hashlib.sha256(CONTENT).hexdigest(), "org.example", "thing", "1.0")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def repositories(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A Maven repository with one jar."""
    folder = tmp_path / "repository" / "org" / "example" / "thing" / "1.0"
    folder.mkdir(parents=True)
    (folder / JAR.file_name).write_bytes(CONTENT)
    handler = functools.partial(Quiet, directory=str(tmp_path / "repository"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield {"here": f"http://127.0.0.1:{server.server_port}"}
        server.shutdown()
        thread.join()


def test_a_listed_jar_is_fetched_once_and_progress_is_said(tmp_path: Path, repositories: dict[str, str]) -> None:
    said: list[str] = []
    [jar] = kafka_jars(tmp_path / "cache", said.append, [JAR], repositories)
    assert jar.read_bytes() == CONTENT
    assert said[-1] == "Kafka: 1 of 1 jars, 0 MB"
    said.clear()
    assert kafka_jars(tmp_path / "cache", said.append, [JAR], {"here": "http://127.0.0.1:1"}) == [jar]
    assert said == []


def test_a_jar_with_another_hash_is_refused_and_not_kept(tmp_path: Path, repositories: dict[str, str]) -> None:
    other = replace(JAR, sha256=hashlib.sha256(b"what was reviewed").hexdigest())
    with pytest.raises(StackError, match=r"thing-1\.0\.jar is not the listed one"):
        kafka_jars(tmp_path / "cache", print, [other], repositories)
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_what_cannot_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.jars._PAUSES", (0.0,))
    with pytest.raises(StackError, match=r"cannot fetch thing-1\.0\.jar: "):
        kafka_jars(tmp_path / "cache", print, [JAR], {"here": "http://127.0.0.1:1"})
    assert not list((tmp_path / "cache").rglob("arriving-*"))


def test_a_jar_spoiled_in_the_cache_is_fetched_again(tmp_path: Path, repositories: dict[str, str]) -> None:
    [jar] = kafka_jars(tmp_path / "cache", print, [JAR], repositories)
    jar.write_bytes(b"spoiled")
    [jar] = kafka_jars(tmp_path / "cache", print, [JAR], repositories)
    assert jar.read_bytes() == CONTENT


def test_the_committed_list_holds_names_and_hashes_only() -> None:
    lines = LIST.read_text().splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  [\w.\-]+:[\w.\-]+:[\w.\-]+", line) for line in lines)
    jars = {jar.artifact: jar.version for jar in read_list()}
    assert len(jars) == len(lines) == 46
    assert {jars["kafka_2.13"], jars["kafka-clients"], jars["kafka-server"]} == {"4.3.1"}
