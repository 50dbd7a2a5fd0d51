"""`python -m tests.faults.checker.restored FOLDER` judges a run in which one service was set back.

Ends with 0 when its rule holds, 1 when it does not, 3 when there was too little to say anything.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.faults.checker.asked import NoAnswer
from tests.faults.checker.collect import Laps
from tests.faults.checker.evidence import Breach
from tests.faults.checker.index import plain
from tests.faults.checker.laws import ALWAYS, MODELS, Law, duplicates, reports, whole
from tests.faults.checker.restored import named, notices, owned, same
from tests.faults.checker.restored.case import Case, gather
from tests.faults.checker.topics import TopicsAway
from tests.faults.checker.verdict import VOID, Verdict, judged, show
from tests.faults.history import Line

Rule = Callable[[Case], Iterator[Breach]]

SAID_AGAIN: Final[tuple[Rule, ...]] = (notices.keys_are_old, notices.notices_are_single, owned.owned_on_the_topics)

RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "intake": (named.lacking_are_named, named.none_is_half_there),
    "routing": (*SAID_AGAIN, notices.notices_follow_what_was_lacking, owned.owned_in_routing, owned.owned_in_sla),
    "sla": (*SAID_AGAIN, notices.notices_were_lacking, owned.owned_in_routing, owned.owned_in_sla),
    "reporting": (same.ends_as_it_was,),
}
"""Each service's own rule."""

BESIDE: Final[Mapping[str, tuple[Law, ...]]] = {
    "intake": (whole.handed_over_once, *MODELS),
    "routing": (duplicates.law, reports.law),
    "sla": (duplicates.law, reports.law),
    "reporting": (whole.leads_are_whole, whole.handed_over_once, *MODELS),
}
"""What holds beside it; nothing of what is said once where it was said a second time."""


_GROWS: Final = {"intake": "referral", "routing": "lead", "sla": "lead", "reporting": "journal"}
"""A table that every referral adds to."""


def judge(case: Case, laps: Laps | None = None) -> Verdict:
    """The rule of the service that was set back."""
    laps = laps or Laps()
    laws = (*ALWAYS, *BESIDE.get(case.service, ()))
    breaches = [breach for law in laws for breach in law(case.evidence)]
    breaches += [breach for rule in RULES[case.service] for breach in rule(case)]
    verdict = judged(case.evidence, breaches, laps.seconds)
    listed = list(lists(case))
    return replace(verdict, listed=listed, counts=verdict.counts | counted(listed), void=verdict.void or why_void(case))


def lists(case: Case) -> Iterator[Line]:
    """What a person has to know of after such a restore: notices said since, leads and acts that the copy lacks."""
    for notice in notices.notices(case):
        yield notice.told
    if case.service == "intake":
        yield from ({"what": "lead the copy lacks", "lead": lead} for lead in sorted(named.lacking(case)))
    if case.service == "routing":
        yield from _undone(case)


def _undone(case: Case) -> Iterator[Line]:
    """Leads of which people did something that the topics know and routing has no row of any more."""
    heads = {row["key"]: row["version"] for row in case.copied("head") if row["stream"] == "leads"}
    for lead, facts in notices.lacking_facts(case, heads).items():
        acts = [plain(one.headers["ce_type"]) for one in facts if one.headers.get("ce_actor", "").startswith("staff:")]
        if acts:
            yield {"what": "lead with acts the copy lacks", "lead": lead, "acts": acts}


def counted(listed: Sequence[Line]) -> dict[str, int]:
    """How many of each there are; a second notice counts apart from a first."""
    found: dict[str, int] = {"second notices": 0}
    for line in listed:
        which = {True: "second ", False: "first ", None: ""}[line.get("again")]
        name = which + line["what"]
        found[name] = found.get(name, 0) + 1
        found["second notices"] += bool(line.get("again"))
    return found


def why_void(case: Case) -> str:
    """A copy that lacked nothing, or had nothing, shows nothing."""
    before, copied = len(case.before(_GROWS[case.service])), len(case.copied(_GROWS[case.service]))
    return "" if 0 < copied < before else f"the copy had {copied} of {before} rows"


def main(words: Sequence[str]) -> int:
    """The program."""
    folder, laps, console = Path(words[0]), Laps(), Console(width=160)
    try:
        case = gather(folder, laps)
    except (TopicsAway, NoAnswer) as error:
        console.print(f"void: {error}")
        return VOID
    verdict = judge(case, laps)
    verdict.save(folder)
    show(verdict, console)
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
