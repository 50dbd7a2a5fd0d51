"""`python -m tests.faults.checker FOLDER` judges a run; `... tail FOLDER` follows its topics while it goes.

Ends with 0 when everything holds, 1 when something does not, 3 when there was too little to say anything.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from tests.faults.checker import tail
from tests.faults.checker.asked import NoAnswer
from tests.faults.checker.collect import Laps, collect
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.laws import LAWS, Law
from tests.faults.checker.topics import TopicsAway
from tests.faults.checker.verdict import VOID, Verdict, judged, show


def name_of(law: Law) -> str:
    """`accepted.accepted_are_there`: how a law is left out."""
    return f"{law.__module__.rpartition('.')[2]}.{law.__name__}"


def judge(evidence: Evidence, laws: Sequence[Law] = LAWS, laps: Laps | None = None) -> Verdict:
    """Every law over the evidence."""
    laps = laps or Laps()
    breaches = [breach for law in laws for breach in laps.of(name_of(law), lambda law=law: list(law(evidence)))]  # type: ignore[misc]
    return judged(evidence, breaches, laps.seconds)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.checker", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without", action="append", default=[], help="a law that this run's own rule replaces")
    parser.add_argument("--no-doors", action="store_true", help="no api runs any more")
    parser.add_argument("--no-search", action="store_true", help="look through no files")
    return parser.parse_args(words)


def _chosen(without: Sequence[str]) -> Iterator[Law]:
    """Laws but these; a name no law has is a mistake."""
    known = {name_of(law) for law in LAWS}
    if odd := set(without) - known:
        raise SystemExit(f"no such law: {', '.join(sorted(odd))}; there are {', '.join(sorted(known))}")
    return (law for law in LAWS if name_of(law) not in without)


def main(words: Sequence[str]) -> int:
    """The program."""
    if words[:1] == ["tail"]:
        return tail.main(Path(words[1]))
    options = _options(words)
    laws, laps, began = list(_chosen(options.without)), Laps(), time.monotonic()
    console = Console(width=160)
    try:
        evidence = collect(options.folder, laps, ask=not options.no_doors, look=not options.no_search)
    except (TopicsAway, NoAnswer) as error:
        console.print(f"void: {error}")
        return VOID
    verdict = judge(evidence, laws, laps)
    verdict.took["all"] = round(time.monotonic() - began, 2)
    verdict.save(options.folder)
    show(verdict, console)
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
