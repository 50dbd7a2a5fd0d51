"""What an import goes through. A file is received, checked row by row, started by its partner, worked off."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an import is."""

    RECEIVING = "receiving"
    UPLOADED = "uploaded"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Event(StrEnum):
    """What moves it on."""

    RECEIVED = "received"
    """every byte of the file is here, sealed"""
    LAST_ROW = "last_row"
    """the last row was checked, or worked off"""
    START = "start"
    CANCEL = "cancel"
    FAIL = "fail"
    """what is wrong is wrong with the file as a whole"""


class Phase(StrEnum):
    """What is being done with the rows."""

    CHECK = "check"
    """the dry run: nothing of any row is stored but its outcome"""
    IMPORT = "import"


_MOVES: Final = {
    (State.RECEIVING, Event.RECEIVED): State.UPLOADED,
    (State.UPLOADED, Event.LAST_ROW): State.CHECKED,
    (State.CHECKED, Event.START): State.RUNNING,
    (State.RUNNING, Event.LAST_ROW): State.DONE,
    (State.UPLOADED, Event.CANCEL): State.CANCELLED,
    (State.CHECKED, Event.CANCEL): State.CANCELLED,
    (State.RUNNING, Event.CANCEL): State.CANCELLED,
    (State.RECEIVING, Event.FAIL): State.FAILED,
    (State.UPLOADED, Event.FAIL): State.FAILED,
    (State.RUNNING, Event.FAIL): State.FAILED,
}

PHASES: Final = {State.UPLOADED: Phase.CHECK, State.RUNNING: Phase.IMPORT}
"""The states in which rows are worked on."""

ENDED: Final = frozenset({State.DONE, State.CANCELLED, State.FAILED})


def moved(state: State, event: Event) -> State | None:
    """The state after an event; None where it does not happen in this state."""
    return _MOVES.get((state, event))
