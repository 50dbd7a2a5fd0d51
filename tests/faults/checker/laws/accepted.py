"""Every referral answered 2xx is on the topic once, with what it said; its copies were answered alike (P1, P2)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import body_of, id_of, key_of
from tests.faults.checker.operations import Operation, Outcome, operations
from tests.faults.checker.record import Record

_NAMED = ("partner", "route", "study", "site")

Groups = Mapping[tuple[str, str], Sequence[Operation]]
"""(partner, sha of the body) -> every time it was sent; a body holds the sender's own id, so it is one referral"""


def contents(evidence: Evidence) -> Groups:
    """What was sent, the same content together."""
    found: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for one in operations(evidence.history, "refer"):
        found[one.asked["partner"], one.asked["sha"]].append(one)
    return found


def received(evidence: Evidence) -> dict[str, list[Record]]:
    """lead -> the facts that say it came in; one, if all is well."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in evidence.index.of("ReferralReceived"):
        found[key_of(record)].append(record)
    return found


def accepted_are_there(evidence: Evidence) -> Iterator[Breach]:
    """Each accepted referral: one fact under the lead that was answered, carrying what was sent."""
    facts = received(evidence)
    for sent in contents(evidence).values():
        for lead, one in {one.lead: one for one in sent if one.lead}.items():
            there = facts.get(str(lead), [])
            if not there:
                yield Breach(
                    "accepted_are_there", "lost", str(lead), f"{one.name} was accepted and is not on the topic"
                )
            elif len({id_of(record) for record in there}) > 1:
                yield Breach("accepted_are_there", "doubled", str(lead), f"{len(there)} facts say it came in")
            else:
                yield from _says(one, there[0])


def _says(one: Operation, record: Record) -> Iterator[Breach]:
    """The content: what the sender said, and the time it was answered."""
    body, lead = body_of(record), str(one.lead)
    wanted = {name: one.asked[name] for name in _NAMED if name in one.asked} | dict(one.asked.get("facts") or {})
    if isinstance(one.body, dict) and "received_at" in one.body:
        wanted["received_at"] = one.body["received_at"]
    wrong = [name for name, value in wanted.items() if body.get(name) != value]
    if wrong or body.get("lead") != lead or record.headers["ce_keyversion"] != "1":
        yield Breach("accepted_are_there", "lost", lead, f"{one.name}: other content than sent: {', '.join(wrong)}")


def answers_agree(evidence: Evidence) -> Iterator[Breach]:
    """One content, one lead, one answer; one key, one content; one lead, one content."""
    owners: dict[str, tuple[str, str]] = {}
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for group, sent in contents(evidence).items():
        ok = [one for one in sent if one.outcome is Outcome.OK]
        if len({one.lead for one in ok}) > 1:
            yield Breach("answers_agree", "doubled", ok[0].name, "one referral was answered with several leads")
        elif len({repr(one.body) for one in ok}) > 1:
            yield Breach("answers_agree", "state", ok[0].name, "the same request was answered in two ways")
        for one in ok:
            keys[one.asked["partner"], one.asked["key"]].add(one.asked["sha"])
            if one.lead is None:
                yield Breach("answers_agree", "lost", one.name, "was accepted without a lead")
            elif owners.setdefault(one.lead, group) != group:
                yield Breach("answers_agree", "lost", one.lead, f"{one.name} was answered with another referral's lead")
    for (_, key), shas in keys.items():
        if len(shas) > 1:
            yield Breach("answers_agree", "doubled", key, f"{len(shas)} bodies were accepted under one key")


_OFTEN = frozenset({401, 409, 429, 503})
"""What any request may meet while parts are away: nothing was done, and it may be sent again."""


def answers_are_expected(evidence: Evidence) -> Iterator[Breach]:
    """Nothing is answered otherwise than it may be; what cannot be made durable is a 503, never a 500 (P16)."""
    for one in operations(evidence.history, "refer"):
        expected = one.asked.get("expect") or ()
        if one.status is None or one.status in expected or (one.status in _OFTEN and one.lead is None):
            continue
        group = "doubled" if one.outcome is Outcome.OK else "state"
        yield Breach("answers_are_expected", group, one.name, f"answered {one.status} {one.code or ''}".rstrip())
