"""Letters are read as another reader, the standard library's by grammar, reads them."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest

from tests.faults.checker.mails import read_mails

NAME = "20260301T090000123456-0a0b0c0d.eml"


def a_letter(subject: str, text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "Baton <baton@baton.example>"
    letter["To"] = "ines@sites.example"
    letter["Subject"] = subject
    letter["Message-ID"] = "<0198c0de-0000-7000-8000-000000000001.ines@baton.example>"
    letter.set_content(text)
    return letter


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("AL-204: a lead is waiting for a first call", "One line.\n\nhttps://baton.example/sla/a/1-abc\n"),
        ("Épilepsie à Besançon: un contact attend", "Étude à Besançon\n"),
        ("long " * 40 + "end", "line " * 300 + "\n"),
    ],
)
def test_a_letter_is_read_as_it_was_written(tmp_path: Path, subject: str, text: str) -> None:
    wire = a_letter(subject, text).as_bytes(policy=SMTP)
    (tmp_path / NAME).write_bytes(wire)
    told = message_from_bytes(wire, policy=default)
    assert isinstance(told, EmailMessage)
    body = told.get_body(("plain",))
    assert body is not None
    [read] = read_mails(tmp_path)
    assert read == {
        "to": str(told["To"]),
        "message_id": str(told["Message-ID"]),
        "subject": str(told["Subject"]),
        "text": body.get_content().replace("\r\n", "\n"),
        "at": 1772355600.123456,
    }


def test_a_file_that_is_no_letter_of_ours_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"Subject: x\r\n\r\n")
    [read] = read_mails(tmp_path)
    assert (read["to"], read["subject"], read["text"].strip()) == ("", "x", "")
