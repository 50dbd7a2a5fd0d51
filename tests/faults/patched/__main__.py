"""`python -m tests.faults.patched --arm DIR [--role-name sla.relay] [--bug NAME ...] <baton words...>`.

The ordinary `baton` with crash points wrapped around it and bugs planted in it: `... serve sla --role relay`.
"""

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tests.faults.patched import poison, refusals
from tests.faults.patched.arms import Arms
from tests.faults.patched.bugs import BUGS
from tests.faults.patched.points import points_of
from tests.faults.patched.points.point import EVERY


def main(words: Sequence[str] | None = None) -> None:
    """Plant, wrap, run. Raises `PatchLost` before anything runs when a patch has lost what it was written for."""
    told = _parsed(words)
    prepare(told.arm, told.role_name or role_of(told.baton), told.bug)
    from services.cli.main import app

    app(told.baton, prog_name="baton")


def prepare(folder: Path, role: str, bugs: Sequence[str]) -> None:
    """Bugs first: a point lies around what runs, planted or not."""
    plain = role.partition("#")[0]
    for name in bugs:
        if BUGS[name].concerns(role):
            BUGS[name].plant()
    if plain == EVERY or plain.endswith((".consume", ".parked")):
        poison.plant(folder)
    arms = Arms(folder, role)
    for point in points_of(role):
        point.wrap(arms.at(point.name))
    if plain.endswith(".consume"):
        refusals.watch(folder, role)


def role_of(baton: Sequence[str]) -> str:
    """What a process is called by its words: `serve sla --role relay` is `sla.relay`, `parked retry` `cli.parked`."""
    if baton[:1] != ["serve"]:
        return f"cli.{baton[0]}" if baton else "cli"
    roles = [role for flag, role in pairwise(baton) if flag == "--role"]
    return f"{baton[1]}.{roles[0]}" if len(roles) == 1 else EVERY


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.faults.patched", allow_abbrev=False)
    parser.add_argument("--arm", type=Path, required=True)
    parser.add_argument("--role-name", help="as the stand calls this process: sla.relay, routing.consume#2")
    parser.add_argument("--bug", action="append", default=[], choices=sorted(BUGS))
    parser.add_argument("baton", nargs=argparse.REMAINDER)
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
