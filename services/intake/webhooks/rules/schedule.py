"""When a delivery is tried again, and when its endpoint is given up. Real time, pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each failed try: ten tries in all, the last 75 h 35 min 5 s after the first."""

DISABLED_AFTER: Final = timedelta(days=5)
"""An endpoint that took nothing for so long is disabled; its partner enables it and replays."""

GONE: Final = "http_410"
"""The endpoint says that it is no more (Standard Webhooks, "Delivery"): disabled at once."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means: delivered, another try after `again`, or neither: given up."""

    delivered: bool
    again: timedelta | None = None


def judge(*, ok: bool, tries: int) -> Verdict:
    """The meaning of the `tries`-th try, the first being 1."""
    if ok:
        return Verdict(True)
    return Verdict(False, PAUSES[tries - 1] if tries <= len(PAUSES) else None)
