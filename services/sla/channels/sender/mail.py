"""Mail over SMTP: one letter, one try, one word about what came of it."""

from typing import Final

import aiosmtplib

from services.chassis.sender import Sent
from services.chassis.settings import Settings
from services.sla.channels.rules import Code, Letter
from services.sla.channels.sender.sessions import Sessions
from services.sla.channels.sender.written import written

_PATIENCE: Final = 6.0
"""Seconds for one answer of the server; under the send role's own patience for a whole try."""

_PERMANENT: Final = 500


class Mail:
    """The mail server of the settings. Without one every letter is `unreachable`: an alert must not vanish silently."""

    def __init__(self, settings: Settings) -> None:
        self._server = settings.mail_server
        self._from = settings.mail_from
        self._sessions = Sessions(self._client)

    @property
    def domain(self) -> str:
        """The right side of the sender's address; Message-IDs end in it."""
        return self._from.rpartition("@")[2]

    async def hand_over(self, letter: Letter) -> Sent:
        """Give the letter to the server. Never raises: the text of a server's answer may repeat an address."""
        if self._server is None:
            return Sent(False, Code.UNREACHABLE)
        try:
            async with self._sessions.one() as session:
                await session.send_message(written(letter, sender=self._from, domain=self.domain))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return Sent(False, _code_of(error))
        return Sent(True, Code.SENT)

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        assert server is not None
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            local_hostname=self.domain,
            timeout=_PATIENCE,
        )


def _code_of(error: Exception) -> Code:
    """What a failure says about this letter. A refused sender or sign-in is our fault, not the recipient's."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            refused = all(one.code >= _PERMANENT for one in error.recipients)
            return Code.REFUSED if refused else Code.LATER
        case aiosmtplib.SMTPDataError():
            return Code.REFUSED if error.code >= _PERMANENT else Code.LATER
        case ValueError():  # an address that no SMTP command can carry
            return Code.REFUSED
        case TimeoutError():
            return Code.TIMEOUT
        case OSError():
            return Code.UNREACHABLE
    return Code.LATER
