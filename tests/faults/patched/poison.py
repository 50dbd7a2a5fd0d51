"""A rule that fails for chosen leads, while a file names them: poison that can be mended.

`<arm dir>/poison/<service>` holds one line a lead: `<stream> <lead>`. The reader of that stream in that service meets
an error for this lead as if a rule had raised it, and parks the key; everybody else goes on. Once the line is gone,
`baton parked retry <service> <stream> <lead>` applies what waited through the ordinary handler, and the lead ends
where it would have.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from services.chassis.consume import apply, careful
from services.chassis.consume.plan import Plan
from services.chassis.service import Reads
from services.chassis.work import Work
from tests.faults.patched.patching import patch

FOLDER: Final = "poison"

CarryOut = Callable[..., Coroutine[Any, Any, None]]


class Poisoned(ValueError):
    """What a rule might raise for a fact it was not written for."""


def plant(arm: Path) -> None:
    """Lay the check around the one way by which facts are applied, wherever it is called by name."""
    lists: dict[str, _Named] = {}
    for module in (apply, careful):
        patch(module, "carry_out", _checked(vars(module)["carry_out"], arm / FOLDER, lists))


def _checked(carry_out_: CarryOut, folder: Path, lists: "dict[str, _Named]") -> CarryOut:
    async def carry_out(work: Work, reads: Reads, made: Plan, *, hooks: bool = True) -> None:
        named = lists.get(work.service) or lists.setdefault(work.service, _Named(folder / work.service))
        chosen = named.now() if made.due else frozenset()
        if chosen and any((reads.stream.name, item.key) in chosen for item in made.due):
            raise Poisoned
        await carry_out_(work, reads, made, hooks=hooks)

    return carry_out


def poison(arm: Path, service: str, chosen: set[tuple[str, str]]) -> None:
    """From now on exactly these (stream, lead) fail in this service; none: nothing does."""
    folder = arm / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{service}"
    draft.write_text("".join(f"{stream} {lead}\n" for stream, lead in sorted(chosen)))
    draft.rename(folder / service)


class _Named:
    """What the file says, read again when it has changed: one stat a batch."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[int, int] | None = None
        self._chosen: frozenset[tuple[str, str]] = frozenset()

    def now(self) -> frozenset[tuple[str, str]]:
        try:
            found = self._file.stat()
            if self._read != (found.st_ino, found.st_mtime_ns):
                lines = (line.split() for line in self._file.read_text().splitlines())
                self._chosen = frozenset((stream, lead) for stream, lead in lines)
                self._read = found.st_ino, found.st_mtime_ns
        except FileNotFoundError:
            self._chosen, self._read = frozenset(), None
        return self._chosen
