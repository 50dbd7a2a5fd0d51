"""The mailbox as a child process."""

import os
import sys
from pathlib import Path

from deploy.local.children import Errand
from deploy.local.parts import Command


def mailbox_part(folder: Path, smtp_url: str, http_url: str, log: Path) -> Command:
    """The mailbox at `smtp://host:port` and `http://host:port`, its messages in `folder`. Not started yet."""
    smtp, http = smtp_url.removeprefix("smtp://"), http_url.removeprefix("http://")
    argv: list[str | Path] = [
        sys.executable,
        "-m",
        "deploy.local.mailbox",
        "--smtp",
        smtp,
        "--http",
        http,
        "--folder",
        folder,
    ]
    return Command("mailbox", Errand(argv, log, dict(os.environ)), grace=5.0, ready_url=f"{http_url}/livez")
