"""What the public doors show at rest is the asker's own (S2)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.faults.checker.evidence import Breach, Evidence

_QUEUE: Final = "routing:queue/"


def staff_see_their_sites(evidence: Evidence) -> Iterator[Breach]:
    """A queue holds leads of its reader's sites and no other; whoever works nowhere has an empty one."""
    sites = {one["id"]: set(one.get("sites", ())) for one in evidence.world.network.get("staff", ())}
    for name, answer in evidence.answers.items():
        if name.startswith(_QUEUE) and isinstance(answer, Mapping):
            yield from _of_others(name.removeprefix(_QUEUE), sites, answer)


def _of_others(staff: str, sites: Mapping[str, set[str]], answer: Mapping[str, Any]) -> Iterator[Breach]:
    for row in answer.get("leads", ()):
        if row["site"] not in sites.get(staff, set()):
            says = f"shown to {staff}, who does not work at {row['site']}"
            yield Breach("staff_see_their_sites", "leaks", str(row["lead"]), says)
