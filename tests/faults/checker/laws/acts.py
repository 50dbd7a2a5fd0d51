"""What a coordinator was told is done is on the topic once, as they said it; what was refused is not (P1, P3).

All facts of one command carry one correlation and the actor `staff:<id>`; the first of these types names the command.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import body_of, key_of, plain
from tests.faults.checker.operations import Outcome, operations
from tests.faults.checker.record import Record

FIRST = ("AttemptRecorded", "BlockerRaised", "BlockerCleared", "LeadClosed", "NextActionSet")
"""An attempt may also set the next action and close the lead; so the first of these that is there is the command."""

_BY_PATH = {"attempts": "AttemptRecorded", "blockers": "BlockerRaised", "next-action": "NextActionSet"} | {
    "close": "LeadClosed",
    "clear": "BlockerCleared",
}
_SAID = {
    "AttemptRecorded": ("direction", "channel", "result", "outcome"),
    "BlockerRaised": ("kind",),
    "BlockerCleared": ("kind",),
    "LeadClosed": ("reason",),
    "NextActionSet": ("action", "who"),
}
_UNSAID = {"direction": "out", "who": "owner"}
"""What a body need not say."""

Command = tuple[str, str, str, tuple[Any, ...]]
"""lead, staff, type of its first fact, what it says"""


def acts_are_done_once(evidence: Evidence) -> Iterator[Breach]:
    """Per lead, person and content: as many commands on the topic as were answered 200; unknown ones may be there."""
    done, unknown = Counter[Command](), Counter[Command]()
    for one in operations(evidence.history, "act"):
        asked = one.asked
        kind = _BY_PATH[asked["command"].rpartition("/")[2]]
        body = dict(asked.get("body") or {})
        if kind == "BlockerCleared":
            body = {"kind": asked["command"].split("/")[1]}
        command = (asked["lead"], asked["staff"], kind, _content(kind, body))
        done[command] += one.outcome is Outcome.OK
        unknown[command] += one.outcome is Outcome.UNKNOWN
    there = Counter(_commands(evidence))
    for command in done.keys() | there.keys():
        least, most = done[command], done[command] + unknown[command]
        if not least <= there[command] <= most:
            lead, staff, kind, _ = command
            group = "lost" if there[command] < least else "doubled"
            says = f"{staff}: {least} to {most} {kind} commands were done, the topic has {there[command]}"
            yield Breach("acts_are_done_once", group, lead, says)


def _commands(evidence: Evidence) -> Iterator[Command]:
    placed = {_said_together(record) for record in evidence.index.of("OwnerAssigned")}
    together: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for kind in FIRST:
        for record in evidence.index.of(kind):
            whole = _said_together(record)
            if whole[1].startswith("staff:") and whole not in placed:
                together[whole].append(record)
    for (lead, actor, _), records in together.items():
        first = min(records, key=lambda record: FIRST.index(plain(record.headers["ce_type"])))
        kind = plain(first.headers["ce_type"])
        yield lead, actor.partition(":")[2], kind, _content(kind, body_of(first))


def _said_together(record: Record) -> tuple[str, str, str]:
    """Lead, actor, correlation. Who closes a lead places another in the same transaction: that one got no command."""
    return key_of(record), record.headers.get("ce_actor", ""), record.headers.get("ce_correlationid", "")


def _content(kind: str, body: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(body.get(name) or _UNSAID.get(name) for name in _SAID[kind])


def acknowledgements_are_kept(evidence: Evidence) -> Iterator[Breach]:
    """An alert that somebody was told is acknowledged says so once, unless it was over by then; never twice."""
    said: Counter[tuple[str, str]] = Counter()
    over: set[tuple[str, str]] = set()
    for record in evidence.index.of("AlertAcknowledged"):
        said[body_of(record)["alert"], body_of(record)["staff"]] += 1
    for record in evidence.index.of("AlertResolved"):
        over.add((body_of(record)["alert"], body_of(record)["staff"]))
    for (alert, staff), count in said.items():
        if count > 1:
            yield Breach("acknowledgements_are_kept", "doubled", alert, f"{staff} acknowledged it {count} times")
    asked = {
        (one.asked["alert"], one.asked["staff"])
        for one in operations(evidence.history, "acknowledge")
        if one.status is not None and 200 <= one.status < 400 and "alert" in one.asked
    }
    for alert, staff in sorted(asked - said.keys() - over):
        yield Breach("acknowledgements_are_kept", "lost", alert, f"{staff} acknowledged it, and no fact says so")
