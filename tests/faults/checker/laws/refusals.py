"""A referral that was understood and refused says so exactly once per key and code, and is no lead (delivery.md)."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import body_of, key_of
from tests.faults.checker.operations import Operation, Outcome, operations

SAID = frozenset(
    {
        "route_unknown", "route_not_live", "study_not_recruiting", "material_missing", "material_outdated",
        "material_withdrawn", "permission_missing", "basis_missing",
    }
)  # fmt: skip
"""Codes that are a fact; `field_*`, `too_large`, `route_full` and what is malformed are an answer only."""

Refusal = tuple[str, str, str | None]
"""partner, code, route; the route only where it is the partner's own"""


@dataclass
class _Bounds:
    """How many facts there may be of one kind: the least certain, the most certain, and what is unknown."""

    least: int = 0
    most: int = 0
    unknown: int = 0
    asked: list[str] = field(default_factory=list)


def each_refusal_said_once(evidence: Evidence) -> Iterator[Breach]:
    """As many ReferralRefused as judged refusals; unanswered requests may have made one each."""
    bounds = _bounds(evidence)
    said = Counter(_refusal(body_of(record)) for record in evidence.index.of("ReferralRefused"))
    spare: Counter[tuple[str, str | None]] = Counter()
    for (partner, _, route), bound in bounds.items():
        spare[partner, route] += bound.unknown
    for refusal in sorted({*bounds, *said}, key=str):
        bound, there = bounds.get(refusal, _Bounds()), said[refusal]
        partner, code, route = refusal
        lane = (partner, route)
        over = there - bound.most
        if there < bound.least:
            says = f"{bound.least} refused {code}, {there} facts"
            yield Breach("each_refusal_said_once", "lost", f"{partner}/{route}", says)
        elif over > spare[lane]:
            says = f"{bound.most} refused {code}, {spare[lane]} unknown, {there} facts"
            yield Breach("each_refusal_said_once", "doubled", f"{partner}/{route}", says)
        elif over > 0:
            spare[lane] -= over


def _bounds(evidence: Evidence) -> dict[Refusal, _Bounds]:
    """By partner and key, since a key's row remembers the last code it was refused with."""
    found: dict[Refusal, _Bounds] = defaultdict(_Bounds)
    keys: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for one in operations(evidence.history, "refer"):
        keys[one.asked["partner"], one.asked["key"]].append(one)
    for sent in keys.values():
        refused = [one for one in sent if one.outcome is Outcome.FAILED and one.code in SAID]
        kinds = {(one.asked["sha"], one.code) for one in refused}
        answers = Counter(_asked(one, str(one.code)) for one in refused)
        for refusal in answers:
            found[refusal].least += 1
            found[refusal].most += 1 if len(kinds) == 1 else answers[refusal]
        unknown = [one for one in sent if one.outcome is Outcome.UNKNOWN]
        if unknown and not refused and not any(one.lead for one in sent):
            reason = (unknown[0].asked.get("facts") or {}).get("reason", "route_not_live")
            found[_asked(unknown[0], str(reason))].unknown += 1
    return found


def _asked(one: Operation, code: str) -> Refusal:
    facts = one.asked.get("facts") or {}
    route = facts["route"] if "reason" in facts else one.asked["route"]  # what is to be refused may name another route
    return one.asked["partner"], code, None if code == "route_unknown" else route


def _refusal(body: Mapping[str, object]) -> Refusal:
    route = body.get("route")
    return str(body.get("partner")), str(body.get("reason")), None if route is None else str(route)


def refused_are_no_leads(evidence: Evidence) -> Iterator[Breach]:
    """A refusal's key is an id of its own, never a lead's; no word of it is about a person (a number may be newer)."""
    leads = {key_of(record) for record in evidence.index.of("ReferralReceived")}
    allowed = {"referral", "partner", "reason", "route", "study", "site"}
    for record in evidence.index.of("ReferralRefused"):
        key = key_of(record)
        if key in leads:
            yield Breach("refused_are_no_leads", "doubled", key, "was refused and came in")
        said = body_of(record)
        if more := sorted(name for name in set(said) - allowed if not isinstance(said[name], int)):
            yield Breach("refused_are_no_leads", "leaks", key, f"a refusal says {', '.join(more)}")
