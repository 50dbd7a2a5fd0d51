"""What somebody was paged for, read back from the log lines."""

import json
import logging
from typing import Any

import pytest


def pages(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    """The critical lines with this text, in order."""
    lines = [json.loads(str(record.msg)) for record in caplog.records if record.levelno == logging.CRITICAL]
    return [line for line in lines if line["event"] == event]
