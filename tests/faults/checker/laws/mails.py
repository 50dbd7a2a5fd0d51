"""Mails: each intent delivered at least once, under one id; again only what was in flight at a fault (P10)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws.rows import both_ways, by
from tests.faults.checker.laws.windows import Windows
from tests.faults.checker.models.folded import Folded
from tests.faults.checker.models.said import Alert

DELIVERED: Final = "each alert and recipient is told at least once"
AGAIN: Final = "a letter comes again only when it was in flight at a fault"
STATES: Final = "an intent stands as what came of it"

MARKED_WITHIN: Final = 20.0
"""Seconds between the taking of a letter and the mark of its batch, where nobody is hit: some, with much to send."""

_HITS: Final = ("sla", "postgres", "mail", "smtp")
"""Words of faults that can come between a letter and its mark."""

Key = tuple[str, str]


def law(evidence: Evidence, model: Folded) -> Iterator[Breach]:
    """Alerts, intents and the mailbox against each other."""
    arrived: dict[Key, list[float]] = {}
    for mail in evidence.mails:
        key = key_of(str(mail["message_id"]))
        arrived.setdefault(key, []).append(float(mail["at"]))
        yield from _addressed(key, str(mail["to"]), model)
    windows = Windows(evidence.faults)
    for key, alert in model.said.alerts.items():
        yield from _delivered(alert, arrived.get(key, []))
        yield from _once(alert, arrived.get(key, []), windows)
    found = by(evidence.tables["sla.notice"], "alert", "staff")
    alerts = model.said.alerts
    yield from both_ways(STATES, "state", "sla.notice", alerts, lambda key: _intent(alerts[key]), found)


def key_of(message_id: str) -> Key:
    """`<alert.staff@domain>`: the one key every try of an intent carries."""
    alert, _, staff = message_id.strip("<> ").rpartition("@")[0].partition(".")
    return alert, staff


def _addressed(key: Key, to: str, model: Folded) -> Iterator[Breach]:
    if key not in model.said.alerts:
        yield Breach(DELIVERED, "early", key[0], f"{key[1]} was told of an alert that was never raised")
    elif to != model.network.staff.get(key[1], {}).get("email"):
        yield Breach(DELIVERED, "owners", key[0], f"the letter to {key[1]} went to another address")


def _delivered(alert: Alert, arrived: list[float]) -> Iterator[Breach]:
    if alert.delivered and not arrived:
        yield Breach(DELIVERED, "missed", alert.id, f"said to be delivered to {alert.staff}, and not in the mailbox")
    if alert.open and not alert.delivered:
        why = "failed" if alert.failed else "was never sent"
        yield Breach(DELIVERED, "missed", alert.id, f"it is open, and its letter to {alert.staff} {why}")


def _once(alert: Alert, arrived: list[float], windows: Windows) -> Iterator[Breach]:
    """Each letter that was followed by another was not marked: somebody was hit between taking and mark."""
    for at, again in pairwise(arrived):
        if not windows.touch(at - MARKED_WITHIN, at + MARKED_WITHIN, *_HITS):
            says = f"{alert.level} to {alert.staff} came {again - at:.0f} s later again, and nothing was hit meanwhile"
            yield Breach(AGAIN, "repeated", alert.id, says)


def _intent(alert: Alert) -> dict[str, str]:
    unsent = "failed" if alert.failed else "pending" if alert.open else "withdrawn"
    return {"lead": alert.lead, "site": alert.site, "state": "delivered" if alert.delivered else unsent}
