"""A real mail server in this process: it keeps what arrives, and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"


@dataclass
class Mailbox:
    """`answer(recipient)` is what the server says to RCPT TO; `at_data` what it says to the letter itself."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answer: Callable[[str], str] = lambda _recipient: OK
    at_data: Callable[[], str] = lambda: OK
    sessions: list[SMTP] = field(default_factory=list)
    """those in which a recipient was named, in that order"""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if server not in self.sessions:
            self.sessions.append(server)
        said = self.answer(address)
        if said == OK:
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.at_data()
        if said == OK:
            assert isinstance(envelope.content, bytes)
            self.letters.append(message_from_bytes(envelope.content, policy=default))
        return said

    def hang_up(self) -> None:
        """End every session from this side."""
        for session in self.sessions:
            if session.transport is not None:
                session.transport.close()

    def texts(self) -> list[str]:
        return [letter.get_content() for letter in self.letters]


@asynccontextmanager
async def a_mailbox() -> AsyncIterator[Mailbox]:
    loop, mailbox = asyncio.get_running_loop(), Mailbox()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="localhost", loop=loop), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
