"""A timer fires when it is due, whether or not everything said before that time has been heard."""

from collections.abc import Mapping
from datetime import datetime

from services.chassis.timers import ticker
from services.chassis.timers.allowance import FREE, Allowance, Counted
from tests.faults.patched.patching import patch


def plant() -> None:
    """Where the ticker asks what may fire."""
    patch(ticker, "allowance_of", _allowance_of)


def _allowance_of(heard: Mapping[int, Counted], *, real: datetime) -> Allowance:
    return FREE
