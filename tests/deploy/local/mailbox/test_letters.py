"""What arrived stays, whatever happens to the process or the index."""

from datetime import UTC, datetime
from pathlib import Path

from deploy.local.mailbox.letters import Letters

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
CONTENT = b"From: Baton <baton@example.org>\r\nSubject: =?utf-8?q?F=C3=A4llig?=\r\n\r\nHello\r\n"


def test_a_message_is_listed_with_the_envelopes_people(tmp_path: Path) -> None:
    line = Letters(tmp_path).keep("baton@example.org", ["ines@example.org", "omar@example.org"], CONTENT, AT)
    assert Letters(tmp_path).lines() == [line]
    assert (line.sender, line.recipients) == ("baton@example.org", ("ines@example.org", "omar@example.org"))
    assert (line.subject, line.at) == ("Fällig", AT)


def test_the_message_is_kept_as_it_came(tmp_path: Path) -> None:
    letters = Letters(tmp_path)
    line = letters.keep("a@example.org", ["b@example.org"], CONTENT, AT)
    assert (tmp_path / f"{line.id}.eml").read_bytes().endswith(CONTENT)
    message = letters.message(line.id)
    assert message is not None
    assert message["Subject"] == "Fällig"
    assert message["Delivered-To"] == "b@example.org"


def test_the_order_is_that_of_arrival(tmp_path: Path) -> None:
    letters = Letters(tmp_path)
    kept = [letters.keep("a@example.org", [f"{n}@example.org"], CONTENT, AT.replace(second=n)) for n in range(5)]
    assert Letters(tmp_path).lines() == kept == sorted(kept, key=lambda line: line.id)


def test_a_message_the_index_never_heard_of_is_found_again(tmp_path: Path) -> None:
    line = Letters(tmp_path).keep("a@example.org", ["b@example.org", "c@example.org"], CONTENT, AT)
    (tmp_path / "index.jsonl").unlink()
    assert Letters(tmp_path).lines() == [line]
    assert Letters(tmp_path).lines() == [line]


def test_a_line_cut_by_a_kill_is_written_again(tmp_path: Path) -> None:
    first = Letters(tmp_path).keep("a@example.org", ["b@example.org"], CONTENT, AT)
    second = Letters(tmp_path).keep("a@example.org", ["b@example.org"], CONTENT, AT.replace(minute=31))
    index = tmp_path / "index.jsonl"
    index.write_text(index.read_text()[:-20])
    third = Letters(tmp_path).keep("a@example.org", ["b@example.org"], CONTENT, AT.replace(minute=32))
    assert Letters(tmp_path).lines() == [first, second, third]


def test_an_unknown_id_or_a_path_is_nothing(tmp_path: Path) -> None:
    letters = Letters(tmp_path / "mail")
    (tmp_path / "secret.eml").write_text("Subject: no\n\n")
    assert letters.message("../secret") is None
    assert letters.message("20260301T093000123456-00000000") is None


def test_a_line_break_in_an_address_makes_no_header(tmp_path: Path) -> None:
    letters = Letters(tmp_path)
    line = letters.keep("a@example.org\r\nX-Evil: 1", ["b@example.org"], CONTENT, AT)
    message = letters.message(line.id)
    assert message is not None
    assert message["X-Evil"] is None
