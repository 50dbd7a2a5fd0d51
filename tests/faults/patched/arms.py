"""Arming a point by a file, and meeting it: the process that takes the file is killed or stopped right there.

`<folder>/<point>` holds `kill` or `stop`, a number of passages to let through first, perhaps the one role that is
meant, and what must be in hand: `stop 3 sla.relay`, `kill routing.consume stream=referrals`. Who meets it leaves
`<point>.met.<pid>`, on the disk before anything happens.
"""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self, cast

Action = Literal["kill", "stop"]
Held = Callable[[], Mapping[str, object]]
"""What is in hand at this passage, asked only when the point is met: rows, keys, the backend's pid. Nobody's data."""

_SIGNALS: Final = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


@dataclass(frozen=True, slots=True)
class Met:
    """Who met a point, when (seconds since 1970) and with what in hand."""

    point: str
    action: str
    at: float
    pid: int
    role: str
    held: Mapping[str, Any]


def arm(folder: Path, point: str, action: Action, *, after: int = 0, role: str | None = None, **holding: str) -> None:
    """Let the next passage be the last: of this role, with this in hand, `after` more of one process passed before."""
    draft = folder / f".{point}.{os.getpid()}"
    wanted = [f"{name}={value}" for name, value in holding.items()]
    draft.write_text(" ".join([action, str(after), *([role] if role else []), *wanted]))
    draft.rename(folder / point)


def disarm(folder: Path, point: str) -> bool:
    """Nobody is to meet it any more; False when somebody has."""
    try:
        (folder / point).unlink()
    except FileNotFoundError:
        return False
    return True


def met(folder: Path, point: str | None = None) -> list[Met]:
    """Who met this point, or any, so far; oldest first."""
    found = [Met(**json.loads(file.read_text())) for file in folder.glob(f"{point or '*'}.met.*")]
    return sorted(found, key=lambda one: one.at)


async def wait_met(folder: Path, point: str, seconds: float, *, since: float = 0.0) -> Met:
    """The first who meets it after `since` (seconds since 1970). Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not (found := [one for one in met(folder, point) if one.at >= since]):
            await asyncio.sleep(0.02)
        return found[0]


@dataclass(frozen=True, slots=True)
class Order:
    """What an arming file says."""

    action: Action
    after: int
    role: str | None
    holding: Mapping[str, str]

    @classmethod
    def of(cls, text: str) -> Self:
        """The action comes first, the rest in any order and only where it is wanted."""
        action, *words = text.split()
        if action not in _SIGNALS:
            raise ValueError(f"a point is armed with kill or stop, not {action}")
        counts = [int(word) for word in words if word.isdigit()]
        roles = [word for word in words if "=" not in word and not word.isdigit()]
        holding = dict(word.split("=", 1) for word in words if "=" in word)
        return cls(cast(Action, action), counts[0] if counts else 0, roles[0] if roles else None, holding)


class Arms:
    """The process's side: one look at a file per passage, nothing more while the point is not armed."""

    def __init__(self, folder: Path, role: str) -> None:
        self._folder = folder
        self._role = role
        self._let_through: dict[tuple[str, int], int] = {}

    def at(self, point: str) -> Callable[[Held], None]:
        """The passage of a point, to be called where it lies."""
        file = str(self._folder / point)

        def passage(held: Held) -> None:
            if os.access(file, os.F_OK):
                self._meet(point, held)

        return passage

    def _meet(self, point: str, held: Held) -> None:
        file = self._folder / point
        try:
            order, inode = Order.of(file.read_text()), file.stat().st_ino
        except FileNotFoundError:
            return  # another process was faster
        if order.role not in (None, self._role):
            return
        in_hand = held()
        if any(str(in_hand.get(name)) != value for name, value in order.holding.items()):
            return
        seen = self._let_through.get((point, inode), 0)
        if seen < order.after:
            self._let_through[point, inode] = seen + 1
            return
        taken = self._folder / f".{point}.taken.{os.getpid()}"
        try:
            file.rename(taken)
        except FileNotFoundError:
            return
        self._note(Met(point, order.action, time.time(), os.getpid(), self._role, in_hand))
        taken.unlink()
        os.kill(os.getpid(), _SIGNALS[order.action])

    def _note(self, one: Met) -> None:
        """Whole and on the disk before it has its name."""
        draft = self._folder / f".{one.point}.note.{one.pid}"
        fields = {name: getattr(one, name) for name in Met.__slots__}
        with draft.open("w") as out:
            json.dump(fields, out, default=str)
            out.flush()
            os.fsync(out.fileno())
        name = f"{one.point}.met.{one.pid}"  # a process that was stopped may come by again
        again = sum(1 for _ in self._folder.glob(f"{name}*"))
        draft.rename(self._folder / (f"{name}.{again + 1}" if again else name))
