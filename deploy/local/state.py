"""What the supervisor writes down about itself, for `baton status` and `baton down`. No secret is in it."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from deploy.local.identity import Identity, is_running
from deploy.local.places import write_private

Phase = Literal["starting", "preparing", "ready", "stopping", "stopped", "failed", "killed"]


@dataclass(frozen=True)
class PartState:
    """One child: which process, since when (UTC), how often it was brought back, and the exit code of its last end
    (negative: a signal).
    """

    name: str
    process: Identity | None
    since: datetime
    restarts: int = 0
    last_exit: int | None = None

    def runs(self) -> bool:
        """Whether it runs at this moment."""
        return self.process is not None and is_running(self.process)


@dataclass(frozen=True)
class State:
    """One supervisor: who, in which phase since when (UTC), where its parts answer. `database` is host:port/name
    without the secret.
    """

    phase: Phase
    supervisor: Identity
    since: datetime
    kafka: str
    database: str
    smtp_url: str
    mailbox_url: str
    parts: tuple[PartState, ...] = ()
    error: str = ""


_STATE = TypeAdapter(State)


def state_file(home: Path) -> Path:
    """Where it lies."""
    return home / "state.json"


def write_state(home: Path, state: State) -> None:
    """Replace it in one step."""
    write_private(state_file(home), _STATE.dump_json(state, indent=1).decode())


def read_state(home: Path) -> State | None:
    """The last thing a supervisor wrote here, or None. One that died without a word is shown as `killed`."""
    try:
        state = _STATE.validate_json(state_file(home).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    if state.phase in ("starting", "preparing", "ready", "stopping") and not is_running(state.supervisor):
        return replace(state, phase="killed")
    return state
