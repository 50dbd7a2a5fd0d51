"""One letter to a real mail server, and what each of its answers means."""

import asyncio
import socket

import pytest

from services.chassis.sender import Sent
from services.chassis.settings import Settings
from services.sla.channels.rules import Code, Letter
from services.sla.channels.sender.mail import Mail
from tests.sla.mailbox import Mailbox

LETTER = Letter("0190.ines", "ines@sites.example", "AL-204: a lead is waiting for a first call", "Text.\n")


async def test_a_letter_arrives_as_written(mailbox: Mailbox, settings: Settings) -> None:
    assert await Mail(settings).hand_over(LETTER) == Sent(True, Code.SENT)
    [letter] = mailbox.letters
    assert {name: letter[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")} == {
        "From": "Baton <baton@baton.example>",
        "To": LETTER.to,
        "Subject": LETTER.subject,
        "Message-ID": "<0190.ines@baton.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().splitlines() == ["Text."]


@pytest.mark.parametrize(
    ("recipient", "data", "code"),
    [
        ("550 no such user", "250 OK", Code.REFUSED),
        ("450 mailbox busy", "250 OK", Code.LATER),
        ("250 OK", "554 looks like spam", Code.REFUSED),
        ("250 OK", "452 out of space", Code.LATER),
    ],
)
async def test_what_the_server_says_is_one_of_our_words(
    mailbox: Mailbox, settings: Settings, recipient: str, data: str, code: Code
) -> None:
    mailbox.answer, mailbox.at_data = (lambda _: recipient), (lambda: data)
    assert await Mail(settings).hand_over(LETTER) == Sent(False, code)
    assert mailbox.letters == []


async def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{reserved.getsockname()[1]}"
        sent = await Mail(Settings(smtp_url=url)).hand_over(LETTER)  # type: ignore[arg-type]
    assert sent == Sent(False, Code.UNREACHABLE)


async def test_a_server_that_hangs_up_is_unreachable() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert (await Mail(Settings(smtp_url=url)).hand_over(LETTER)).code == Code.UNREACHABLE  # type: ignore[arg-type]


async def test_without_a_mail_server_nothing_vanishes_silently() -> None:
    assert await Mail(Settings()).hand_over(LETTER) == Sent(False, Code.UNREACHABLE)
