"""What a mail program reads is what was written, whatever letters it is made of (RFC 5322, RFC 2047)."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from services.sla.channels.rules import Letter
from services.sla.channels.sender.written import written

TEXTS = (
    "A lead waits.\n",
    "Für Zoë in Łódź: ein Lead wartet – 3 Stunden.\n\nšžč\n",
    "Línea con = y .\n.\nFrom here on\n",
    "受付 リード\n",
    "x" * 990 + "\n",
    "ü" * 990 + "\n",
)
SUBJECTS = (
    "AL-204: a lead is waiting",
    "AL-204: ein Lead für Łódź wartet – dringend",
    "受付",
    " ".join(["words"] * 60),
)


def read(letter: Letter) -> EmailMessage:
    raw = written(letter, sender="baton@baton.example", domain="baton.example").as_bytes()
    assert all(len(line) <= 998 for line in raw.splitlines())
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_reader_sees_what_was_written(subject: str, text: str) -> None:
    found = read(Letter("0190.ines", "ines@sites.example", subject, text))
    assert (found["Subject"], found["To"], found["Message-ID"]) == (
        subject,
        "ines@sites.example",
        "<0190.ines@baton.example>",
    )
    assert found["From"] == "Baton <baton@baton.example>"
    assert (found.get_content_type(), found.get_content()) == ("text/plain", text)
    assert len(found.get_all("Subject", [])) == len(found.get_all("Content-Type", [])) == 1
    assert not found.defects


@pytest.mark.parametrize(
    "letter",
    [
        Letter("0190.ines", "ines@sites.example", "two\r\nBcc: somebody@else.example", "Text.\n"),
        Letter("0190.ines", "ines@sites.example\nBcc: somebody@else.example", "one", "Text.\n"),
        Letter("0190\n.ines", "ines@sites.example", "one", "Text.\n"),
        Letter("0190.ines", "zoë@sites.example", "one", "Text.\n"),
    ],
)
def test_no_header_holds_what_is_none(letter: Letter) -> None:
    with pytest.raises(ValueError, match=r"header|address"):
        written(letter, sender="baton@baton.example", domain="baton.example")
