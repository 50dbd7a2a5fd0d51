"""How long to wait before the next round. Pure: seconds in, seconds out."""

from typing import Final

SHORTEST: Final = 0.005
LONGEST: Final = 0.05
_FIRST: Final = 0.1
_LAST: Final = 2.0


def next_pause(pause: float, sent: int) -> float:
    """None after a round that sent something; then 5 ms, growing by half up to 50 ms while nothing comes."""
    return 0.0 if sent else min(LONGEST, max(SHORTEST, pause * 1.5))


def backoff(failures: int) -> float:
    """Seconds to wait after this many failures in a row: 0.1 s doubled up to 2 s. Nothing is ever given up."""
    return float(min(_LAST, _FIRST * 2 ** min(failures - 1, 10))) if failures > 0 else 0.0
