"""The search finds a word in every writing, also across the border of two pieces, and says where without saying it."""

from base64 import b64encode
from pathlib import Path

import pytest

from tests.faults.checker import search as searching
from tests.faults.checker.search import search, writings
from tests.faults.traffic.people import PATTERNS, somebody

CANARY = b"quailwort7"
WRITTEN = {
    "plain": CANARY,
    "utf-16": CANARY.decode().encode("utf-16-le"),
    "hexadecimal": CANARY.hex().encode(),
    "base64 + 0": b64encode(CANARY + b" and so on"),
    "base64 + 1": b64encode(b"x" + CANARY + b" and so on"),
    "base64 + 2": b64encode(b"xy" + CANARY + b" and so on"),
}


@pytest.mark.parametrize("writing", WRITTEN)
def test_a_word_is_found_in_every_writing(writing: str, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "sla.log").write_bytes(b"\xff" * 99 + WRITTEN[writing] + b"\xff" * 99)
    found = search(tmp_path, [CANARY])
    assert [(hit["place"], hit["pattern"]) for hit in found.hits] == [("logs/sla.log", f"canary 1 {writing}")]
    assert found.searched == {"logs": 198 + len(WRITTEN[writing])}


@pytest.mark.parametrize("before", range(60, 72))
def test_nothing_hides_at_the_border_of_two_pieces(
    before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_PIECE", 64)
    (tmp_path / "file").write_bytes(b"." * before + CANARY + b"." * 200)
    [hit] = search(tmp_path, [CANARY]).hits
    assert hit["offset"] == before


def test_other_bytes_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 4096)
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "checker.log").write_bytes(CANARY)
    found = search(tmp_path, [CANARY])
    assert (found.hits, found.searched) == ([], {"file": 2**20})


def test_every_detail_of_everybody_holds_a_pattern() -> None:
    who = somebody(1234, at="quarrel-")
    details = {name: str(value).encode() for name, value in who.details.items() if name != "language"}
    details |= {"external id": who.external_id.encode(), "reference": who.reference.encode()}
    assert [name for name, detail in details.items() if not any(one in detail for one in PATTERNS)] == []


def test_a_writing_is_never_short_enough_to_come_by_chance() -> None:
    assert min(len(needle) for pattern in PATTERNS for _, needle in writings(pattern)) >= 9
