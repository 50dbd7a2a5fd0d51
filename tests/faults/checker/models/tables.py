"""The tables of the story in `story.py`, value by value as they must stand at its end."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from tests.faults.checker.record import Record

BEGAN: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
A, B, C, D, E = (f"0198c0de-0000-7000-8000-00000000000{n}" for n in range(1, 6))
RECEIVED: Final = {A: 0.0, B: 1.0, C: 3.0, D: 4.0, E: 6.0}
PHONES: Final = {A: "aa", B: "aa", C: "cc", D: "dd", E: "ee"}

Row = dict[str, Any]

EMPTY: Final = (
    "owner", "backup", "pool", "waiting", "waiting_since", "duplicate_of", "next_action", "next_who", "next_due",
    "close_reason", "closed_at", "deadline_at", "deadline_state", "alert_level", "stated_interest", "language",
)  # fmt: skip
"""What a lead that was just opened has not."""


def tables_of_the_story(network: Sequence[Record]) -> dict[str, list[Row]]:
    """Every table a law of the models looks at."""
    tables: dict[str, list[Row]] = {"routing.early_mark": [], "routing.timer": [], "sla.timer": []}
    tables |= _routing() | _sla() | _alerts()
    for service in ("routing", "sla", "reporting"):
        hidden = () if service == "sla" else ("email",)
        tables[f"{service}.copy"] = [_copy(one, hidden) for one in network]
    tables["sla.timer_ledger"] = [{"kind": "first_response", "created": 7, "fired": 4, "cancelled": 3}]
    tables["reporting.tally"] = _tally()
    return tables


def _at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def _copy(one: Record, hidden: tuple[str, ...]) -> Row:
    body = {name: value for name, value in one.body.items() if name not in hidden}
    return {"stream": "network", "key": one.key, "version": 1, "type": one.headers["ce_type"], "body": body}


def _routing() -> dict[str, list[Row]]:
    owned = {"owner": "ines", "backup": "otto", "pool": "north-desk"}
    step = {"next_action": "first_call", "next_who": "owner"}
    tried = {"next_action": "call_again", "next_who": "owner", "next_due": _at(99), "attempts": 1}
    broke = {"deadline_state": "missed", "alert_level": "breach", "alert_acknowledged": False}
    waits = {"waiting": "no_capacity", "waiting_since": _at(6.2), "pool": "north-desk"}
    ended = {"stage": "done", "status": "closed", "close_reason": "too_far", "closed_at": _at(5.0), "attempts": 1}
    under = {"checked": "confirmed", "duplicate_of": A, "partner": "two", "route": "two-alder"}
    leads = [
        _lead(A, milestones=["accepted", "owned", "first_attempt", "reached"], version=3, **owned, **ended),
        _lead(B, milestones=["accepted", "owned"], **owned, **under),
        _lead(C, milestones=["accepted", "owned"], owner="otto", backup="ines", pool="north-desk", **step, **broke,
              next_due=_at(3603.2), deadline_at=_at(15)),
        _lead(D, milestones=["accepted", "owned", "first_attempt"], version=3, status="attempting", **owned, **tried),
        _lead(E, **waits, **broke, deadline_at=_at(18)),
    ]  # fmt: skip
    why = {"pool": "north-desk", "load": 0, "capacity": 1, "candidates": 1}
    chosen = [
        {"lead": A, "owner": "ines", "backup": "otto", "reason": "least_loaded", **why},
        {"lead": C, "owner": "otto", "backup": "ines", "reason": "least_loaded", **why},
        {"lead": D, "owner": "ines", "backup": "otto", "reason": "slot_freed", **why},
    ]
    loads = [
        {"staff": name, "capacity": room, "hard": room, "weight": 100, "open": room}
        for name, room in (("ines", 1), ("otto", 1), ("perrin", 0))
    ]
    token = {"study": "alder", "site": "north", "is_test": False, "kind": "phone", "key_version": 1}
    return {
        "routing.lead": leads,
        "routing.assignment": chosen,
        "routing.staff_load": loads,
        "routing.match_token": [{"lead": lead, **token, "value": value} for lead, value in PHONES.items()],
        "routing.first_holder": [{"lead": lead, **token, "value": PHONES[lead]} for lead in (A, C, D, E)],
    }


def _lead(lead: str, **changes: Any) -> Row:
    """A lead that was just opened, at a quarter of a second after it came."""
    received = RECEIVED[lead]
    row = dict.fromkeys(EMPTY) | {
        "id": lead, "shard": 0, "study": "alder", "site": "north", "partner": "one", "route": "one-alder",
        "channel": "partner_api", "priority": "routine", "is_test": False, "received_at": _at(received),
        "opened_at": _at(received + 0.2), "material": "words", "material_version": 1, "material_superseded": False,
        "permitted": ["phone"], "permission_wording": "contact@1", "contact_is": "self", "stage": "intake",
        "status": "new", "milestones": ["accepted"], "checked": "clear", "attempts": 0, "blockers": [],
        "alert_acknowledged": False, "parked": False, "version": 1,
    }  # fmt: skip
    return row | changes


def _sla() -> dict[str, list[Row]]:
    leads, clocks, intervals = [], [], []
    ends: dict[str, tuple[str, float, int, bool]] = {
        A: ("attempt", 2.0, 2, True), B: ("duplicate", 1.2, 0, True), D: ("attempt", 9.5, 5, False),
    }  # fmt: skip
    versions = {A: 13, B: 6, C: 6, D: 11, E: 4}
    owners = {A: "ines", B: "ines", C: "otto", D: "ines", E: None}
    for lead, since in RECEIVED.items():
        which = {"lead": lead, "clock": "first_response", "episode": 1}
        by, stopped, ran, within = ends.get(lead, (None, None, None, None))
        leads.append({
            "id": lead, "study": "alder", "site": "north", "partner": "two" if lead == B else "one", "is_test": False,
            "received_at": _at(since), "owner": owners[lead], "attempted": lead in (A, D), "closed": lead == A,
            "duplicate": lead == B, "parked": False, "version": versions[lead],
        })  # fmt: skip
        clocks.append({
            **which, "study": "alder", "site": "north", "policy": "quick", "calendar": "always",
            "state": "ended" if by else "running", "target_at": _at(since + 3), "warn_at": _at(since + 6),
            "breach_at": _at(since + 12), "level": None if by else "breach", "ended_by": by,
            "business_seconds": ran, "within_target": within,
        })  # fmt: skip
        end = None if stopped is None else _at(stopped)
        span = {"started_at": _at(since), "stopped_at": end}
        intervals.append({**which, "n": 1, "site": "north", "kind": "run", **span})
    return {"sla.lead": leads, "sla.clock": clocks, "sla.clock_interval": intervals}


def _alerts() -> dict[str, list[Row]]:
    alerts: list[Row] = []
    notices: list[Row] = []
    for lead, staff, since, as_of in ((C, "otto", 3.0, 6), (E, "perrin", 6.0, 4)):
        for level, due in (("warning", 6.1), ("breach", 12.1)):
            id = str(uuid5(UUID(lead), f"alert:first_response:1:{level}"))
            seen = _at(11.0) if (lead, level) == (C, "warning") else None
            alerts.append({
                "id": id, "staff": staff, "lead": lead, "study": "alder", "site": "north", "clock": "first_response",
                "episode": 1, "level": level, "as_of": as_of, "unconfirmed": False, "is_test": False,
                "raised_at": _at(since + due), "acknowledged_at": seen, "resolved_at": None, "resolved_by": None,
            })  # fmt: skip
            notices.append({"alert": id, "staff": staff, "lead": lead, "site": "north", "state": "delivered"})
    return {"sla.alert": alerts, "sla.notice": notices}


def _tally() -> list[Row]:
    monday, never = date(2026, 1, 5), "-infinity"
    counted = [
        ("movement", "one", monday, "accepted", 4), ("movement", "two", monday, "accepted", 1),
        ("movement", "one", monday, "owned", 3), ("movement", "two", monday, "owned", 1),
        ("movement", "one", monday, "first_attempt", 2), ("movement", "one", monday, "reached", 1),
        ("closed", "one", monday, "person", 1), ("response", "", monday, "5", 3),
        ("deadline", "", monday, "within_target", 2), ("deadline", "", monday, "over_target", 1),
        ("deadline", "", monday, "missed", 2), ("alert", "", monday, "raised", 4),
        ("alert", "", monday, "delivered", 4), ("alert", "", monday, "acknowledged", 1),
        ("blocked", "one", never, "transport", 0),
    ]  # fmt: skip
    return [
        {"study": "alder", "measure": measure, "site": "north", "partner": partner, "week": week, "word": word, "n": n}
        for measure, partner, week, word, n in counted
    ]
