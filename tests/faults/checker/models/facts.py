"""Facts as raw records tell them, in the order a reader that trusts nothing but versions would apply them.

The names, the mandatory fields and the rule of order are this program's own knowledge; nothing of the product is
imported, so a fault in what the services share cannot blind it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tests.faults.checker.record import Record

LATEST: Final = frozenset({"network", "tokens"})
"""Streams whose facts are the whole state: any higher version is due."""

_LEAD: Final = ("lead", "study", "site", "partner")
_CLOCK: Final = ("lead", "study", "site", "clock", "episode")
_ALERT: Final = (*_CLOCK, "alert", "level", "staff", "as_of")

MANDATORY: Final[Mapping[str, tuple[str, ...]]] = {
    "StudyDefined": ("study", "code", "sponsor", "policy", "priority", "recruiting", "sites"),
    "SiteDefined": ("site", "name", "zone", "calendar", "recruiting"),
    "SponsorDefined": ("sponsor", "name"),
    "PartnerDefined": ("partner", "name"),
    "RouteDefined": ("route", "partner", "study", "site", "channel", "source_tag", "state", "pool", "owner", "backup"),
    "PoolDefined": ("pool", "site", "members"),
    "StaffDefined": ("staff", "label", "sites", "roles"),
    "PolicyDefined": ("policy", "first_response"),
    "CalendarDefined": ("calendar", "hours"),
    "MatchTokens": (*_LEAD, "tokens"),
    "ReferralReceived": (
        *_LEAD, "route", "source_tag", "channel", "priority", "received_at", "material", "material_version",
        "material_superseded", "basis", "permitted", "permission_wording",
    ),
    "ReferralRefused": ("referral", "partner", "reason"),
    "LeadOpened": (*_LEAD, "route", "channel", "priority", "received_at"),
    "DuplicateChecked": (*_LEAD, "result"),
    "DuplicateSuspected": (*_LEAD, "earlier", "matched", "confidence"),
    "DuplicateDecided": _LEAD,
    "OwnerAssigned": (*_LEAD, "owner", "backup", "pool", "reason", "load", "capacity", "candidates"),
    "LeadWaiting": (*_LEAD, "reason"),
    "AttemptRecorded": (*_LEAD, "attempt", "direction", "channel", "result"),
    "StatusChanged": (*_LEAD, "stage", "status", "status_before"),
    "MilestoneReached": (*_LEAD, "milestone", "received_at"),
    "BlockerRaised": (*_LEAD, "kind", "resolver"),
    "BlockerCleared": (*_LEAD, "kind"),
    "NextActionSet": (*_LEAD, "action", "who", "due_at"),
    "LeadClosed": (*_LEAD, "reason", "group"),
    "DeadlineSet": (*_CLOCK, "target_at", "warn_at", "breach_at"),
    "DeadlineWarned": _CLOCK,
    "DeadlineMissed": _CLOCK,
    "DeadlineEnded": (*_CLOCK, "by", "business_seconds", "within_target"),
    "AlertRaised": _ALERT,
    "AlertDelivered": (*_ALERT, "channel"),
    "AlertFailed": (*_ALERT, "channel", "failure"),
    "AlertAcknowledged": _ALERT,
    "AlertResolved": (*_ALERT, "by"),
}  # fmt: skip
"""Type -> what a body must have to be read at all. The first field is its key, on `network` behind `kind/`."""


_KNOWN: Final = {f"baton.{name}.v1": (name, needed[0], frozenset(needed)) for name, needed in MANDATORY.items()}


IGNORED: Final = "?"
"""A type of another release that its head says may be passed over: it has its version, and no effect."""


@dataclass(slots=True)
class Fact:
    """One fact at its first readable appearance."""

    stream: str
    type: str
    """without `baton.` and `.v1`; or IGNORED"""
    key: str
    version: int
    id: str
    time: datetime
    actor: str
    is_test: bool
    origin: tuple[str, str]
    """correlation and causation: the same for what one transaction says of one key"""
    partition: int
    sent_ms: int
    """when the relay sent it: never before its transaction had committed"""
    body: Mapping[str, Any]


def read(record: Record) -> Fact | None:
    """The fact in a record; None for what every reader must park."""
    head = record.headers
    key, version = head.get("ce_subject", ""), head.get("ce_keyversion", "")
    kind = _kind(record, key)
    if kind is None or not version.isdigit():
        return None
    try:
        at = moment(head["ce_time"])
    except (KeyError, ValueError):
        return None
    return Fact(
        record.stream, kind, key, int(version), head.get("ce_id", ""), at, head.get("ce_actor", ""),
        head.get("ce_istest") == "true", (head.get("ce_correlationid", ""), head.get("ce_causationid", "")),
        record.partition, record.timestamp_ms, {} if kind == IGNORED else record.body,
    )  # fmt: skip


def _kind(record: Record, key: str) -> str | None:
    """The type of what can be read under this key; None where it cannot."""
    known, body = _KNOWN.get(record.headers.get("ce_type", "")), record.body
    if known is None:
        return IGNORED if record.headers.get("ce_ignorable") == "true" else None
    kind, first, needed = known
    if not isinstance(body, dict) or not needed <= body.keys():
        return None
    return kind if key == (f"{first}/{body[first]}" if record.stream == "network" else body[first]) else None


def in_order(records: Iterable[Record]) -> Iterator[Fact]:
    """The facts of one stream as they are due: per key 1, 2, 3, ..., each once; what stands behind a gap waits for it.

    A resent fact, a second record of a version, and what may be ignored, is passed over.
    """
    heads: dict[str, int] = {}
    waiting: dict[str, dict[int, Fact]] = {}
    for record in records:
        fact = read(record)
        if fact is None:
            continue
        next_due = heads.get(fact.key, 0) + 1
        if fact.version < next_due:
            continue
        if fact.version > next_due and fact.stream not in LATEST:
            waiting.setdefault(fact.key, {}).setdefault(fact.version, fact)
            continue
        following: Fact | None = fact
        while following is not None:
            heads[fact.key] = following.version
            if following.type != IGNORED:
                yield following
            behind = waiting.get(fact.key)
            following = behind.pop(following.version + 1, None) if behind else None


def moment(written: Any) -> datetime:
    """A time of the wire or of a table, aware, in UTC."""
    at = written if isinstance(written, datetime) else datetime.fromisoformat(written)
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
