"""Leads that no answer claims: at most one for each request whose outcome is unknown, none for any other (P1, P2).

Keys and external ids are stored as keyed HMACs, so nobody outside can look a request up. But a fact says partner,
route, the other fields of the request and when it came: each unclaimed lead must be given a request of its own whose
answer nobody saw, by a matching over those; a lead left over came from a request that was refused, or from none.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import body_of, key_of
from tests.faults.checker.laws.accepted import contents, received
from tests.faults.checker.operations import Operation, Outcome
from tests.faults.checker.record import Record

EARLY = 1.0
"""Seconds a lead may seem to have come before it was asked for: two clocks of one machine."""

LATE = 300.0
"""Seconds a request may lie in a frozen process before it is done after all."""


def nothing_else_came_in(evidence: Evidence) -> Iterator[Breach]:
    """Every lead on the topic has its accepted request, or an unknown one of its own."""
    claimed, unknown = set[str](), list[Sequence[Operation]]()
    for sent in contents(evidence).values():
        leads = {one.lead for one in sent if one.lead}
        claimed |= leads
        if not leads and any(may_have_happened(one) for one in sent):
            unknown.append(sent)
    orphans = [there[0] for lead, there in received(evidence).items() if lead not in claimed]
    for orphan in unmatched(orphans, unknown):
        says = "came in, but no accepted request has it and no unanswered one is left for it"
        yield Breach("nothing_else_came_in", "doubled", key_of(orphan), says)


def may_have_happened(one: Operation) -> bool:
    """Nobody knows what became of it, and an acceptance was possible."""
    return one.outcome is Outcome.UNKNOWN and any(200 <= status < 300 for status in one.asked.get("expect") or (202,))


def unmatched(orphans: Sequence[Record], unknown: Sequence[Sequence[Operation]]) -> list[Record]:
    """Leads without a request of their own: a maximum matching by augmenting paths."""
    near: Mapping[tuple[str, str], list[int]] = _by_lane(unknown)
    wanted: list[list[int]] = []
    for orphan in orphans:
        body = body_of(orphan)
        lane = (str(body.get("partner")), str(body.get("route")))
        wanted.append([at for at in near.get(lane, ()) if any(_fits(orphan, one) for one in unknown[at])])
    holder: dict[int, int] = {}
    return [orphan for n, orphan in enumerate(orphans) if not _seat(n, wanted, holder, set())]


def _seat(n: int, wanted: Sequence[Sequence[int]], holder: dict[int, int], tried: set[int]) -> bool:
    """Give lead `n` a request, moving others to further ones of theirs where that helps."""
    for at in wanted[n]:
        if at not in tried:
            tried.add(at)
            if at not in holder or _seat(holder[at], wanted, holder, tried):
                holder[at] = n
                return True
    return False


def _by_lane(unknown: Sequence[Sequence[Operation]]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, sent in enumerate(unknown):
        found[sent[0].asked["partner"], sent[0].asked["route"]].append(at)
    return found


def _fits(orphan: Record, one: Operation) -> bool:
    """The same content, in the time in which this request can have been done."""
    body = body_of(orphan)
    if not may_have_happened(one) or any(body.get(k) != v for k, v in (one.asked.get("facts") or {}).items()):
        return False
    came = datetime.fromisoformat(str(body["received_at"])).timestamp()
    return float(one.asked["at"]) - EARLY <= came <= float(one.asked["at"]) + LATE
