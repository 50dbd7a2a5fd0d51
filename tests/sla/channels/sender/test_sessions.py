"""Sessions that are used again: one for many letters, a new one where the old one is gone, refused or worn."""

import asyncio
from collections.abc import Iterator

import pytest
from aiosmtplib import SMTP, SMTPException

from services.sla.channels.sender.sessions import LETTERS, Sessions
from tests.sla.mailbox import Mailbox

LETTER = "Subject: s\r\n\r\ntext\r\n"


class Clock:
    """Moved by the test."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(mailbox: Mailbox, clock: Clock) -> Iterator[Sessions]:
    made: list[SMTP] = []

    def client() -> SMTP:
        made.append(SMTP(hostname="127.0.0.1", port=mailbox.port, local_hostname="baton.example", timeout=2))
        return made[-1]

    yield Sessions(client, clock=clock)
    for one in made:
        one.close()


async def send(sessions: Sessions) -> None:
    async with sessions.one() as session:
        await session.sendmail("from@baton.example", ["to@sites.example"], LETTER)


async def test_letters_one_after_the_other_share_a_session(sessions: Sessions, mailbox: Mailbox) -> None:
    for _ in range(3):
        await send(sessions)
    assert (len(mailbox.letters), len(mailbox.sessions)) == (3, 1)


async def test_letters_side_by_side_have_sessions_of_their_own(sessions: Sessions, mailbox: Mailbox) -> None:
    await asyncio.gather(*(send(sessions) for _ in range(4)))
    await asyncio.gather(*(send(sessions) for _ in range(4)))
    assert (len(mailbox.letters), len(mailbox.sessions)) == (8, 4)


async def test_a_session_carries_so_many_letters_and_no_more(sessions: Sessions, mailbox: Mailbox) -> None:
    for _ in range(LETTERS + 1):
        await send(sessions)
    assert (len(mailbox.letters), len(mailbox.sessions)) == (LETTERS + 1, 2)


async def test_a_worn_session_whose_end_hangs_holds_up_no_letter_that_is_delivered(
    sessions: Sessions, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(LETTERS - 1):
        await send(sessions)

    async def hang(_client: SMTP) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(SMTP, "quit", hang)
    async with asyncio.timeout(2):
        await send(sessions)
    assert len(mailbox.letters) == LETTERS


async def test_what_rested_too_long_is_not_used_again(sessions: Sessions, mailbox: Mailbox, clock: Clock) -> None:
    await send(sessions)
    clock.now += 20
    await send(sessions)
    assert (len(mailbox.letters), len(mailbox.sessions)) == (2, 2)


async def test_a_session_that_rested_and_still_answers_is_used(
    sessions: Sessions, mailbox: Mailbox, clock: Clock
) -> None:
    await send(sessions)
    clock.now += 5
    await send(sessions)
    assert (len(mailbox.letters), len(mailbox.sessions)) == (2, 1)


async def test_no_letter_fails_because_the_server_ended_a_session_at_rest(
    sessions: Sessions, mailbox: Mailbox, clock: Clock
) -> None:
    await asyncio.gather(*(send(sessions) for _ in range(3)))
    mailbox.hang_up()
    clock.now += 5
    await send(sessions)
    assert (len(mailbox.letters), len(mailbox.sessions)) == (4, 4)


async def test_after_a_refusal_the_session_is_closed(sessions: Sessions, mailbox: Mailbox) -> None:
    mailbox.answer = lambda _: "550 no such user"
    with pytest.raises(SMTPException):
        await send(sessions)
    mailbox.answer = lambda _: "250 OK"
    await send(sessions)
    assert (len(mailbox.letters), len(mailbox.sessions)) == (1, 2)
