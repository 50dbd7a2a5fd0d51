"""`python -m deploy.local.mailbox --smtp HOST:PORT --http HOST:PORT --folder DIR`: runs until SIGTERM."""

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.letters import Letters
from deploy.local.mailbox.page import mailbox_app

_LARGEST = 5 * 1024 * 1024


class Keeper:
    """aiosmtpd's handler: every message is kept before it is acknowledged."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store it; the answer is the SMTP reply."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self._letters.keep(envelope.mail_from or "", envelope.rcpt_tos, content, datetime.now(UTC))
        return "250 kept"


async def run(smtp: str, http: str, folder: Path) -> None:
    """Serve both until uvicorn is asked to stop."""
    letters = Letters(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _protocol(letters, loop), *_address(smtp))
    host, port = _address(http)
    try:
        await uvicorn.Server(
            uvicorn.Config(mailbox_app(letters), host, port, log_level="warning", access_log=False)
        ).serve()
    finally:
        server.close()


def _protocol(letters: Letters, loop: asyncio.AbstractEventLoop) -> SMTP:
    """A name is given: without one aiosmtpd asks the network for ours, which can take seconds."""
    return SMTP(
        Keeper(letters),
        data_size_limit=_LARGEST,
        enable_SMTPUTF8=True,
        hostname="localhost",
        ident="Baton mailbox",
        loop=loop,
    )


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def main() -> None:
    """Read the flags and serve."""
    flags = argparse.ArgumentParser(
        prog="python -m deploy.local.mailbox", description="A mail server that keeps and shows"
    )
    flags.add_argument("--smtp", required=True, metavar="HOST:PORT")
    flags.add_argument("--http", required=True, metavar="HOST:PORT")
    flags.add_argument("--folder", required=True, type=Path)
    given = flags.parse_args()
    asyncio.run(run(given.smtp, given.http, given.folder))


if __name__ == "__main__":
    main()
