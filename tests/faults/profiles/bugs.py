"""Each planted bug under the schedule that exposes it, several times; each schedule once without: the clean twin."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.faults.history import Line
from tests.faults.patched.bugs import BUGS
from tests.faults.patched.runs import pieces, run_bug
from tests.faults.patched.scenarios.ground import ground
from tests.faults.profiles.results import Results


async def planted(times: int, seed: int, folder: Path, results: Results) -> None:
    """Every piece that has no line in `results` yet."""
    left = [(n, piece) for n, piece in enumerate(pieces(times), seed) if not results.has(piece.name)]
    if not left:
        return
    async with ground(folder / "servers") as on:
        for n, piece in left:
            verdict = await run_bug(piece.bug, piece.scenario, folder / piece.name.replace(" ", "_"), n, on)
            good = bool(verdict["caught"] if piece.bug else verdict["clean"])
            line = results.add(piece.name, held=good, **verdict)
            print(f"  {piece.name}: {'as it must be' if good else 'NOT AS IT MUST BE'} {line['groups']}", flush=True)


def caught(lines: Sequence[Line]) -> list[tuple[str, str, int, int, str]]:
    """Of each bug: its name, what is planted, how often it was caught, of how many runs, and where it showed."""
    found = []
    for name, bug in BUGS.items():
        runs = [line for line in lines if line["bug"] == name]
        groups: Counter[str] = Counter()
        for line in runs:
            groups.update(group for group in line["groups"] if group in bug.groups)
        found.append((name, bug.says, sum(line["caught"] for line in runs), len(runs), ", ".join(sorted(groups))))
    return found
