"""A small run written out by hand: five leads of one site, what every topic says of them, what every table holds.

    A  owned by ines, answered after 2 s, closed after 5 s
    B  the same person through another partner: a duplicate under A
    C  owned by otto, whom nobody reminds in vain: warned, missed, mailed, acknowledged once
    D  waits for a place, gets A's; tried after 5.5 s, half a second before its warning
    E  waits for a place to the end: the site lead perrin is told

Clocks: target 3 s, warning 6 s, breach 12 s. Places: one for ines, one for otto. The tables are literal: nothing here
is computed by what is tested.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.models.tables import tables_of_the_story
from tests.faults.checker.record import Record
from tests.faults.world import World

BEGAN: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
A, B, C, D, E = (f"0198c0de-0000-7000-8000-00000000000{n}" for n in range(1, 6))

Body = dict[str, Any]

NETWORK: Final[dict[str, list[Body]]] = {
    "studies": [{"id": "alder", "sponsor": "vell", "policy": "quick"}],
    "sites": [{"id": "north", "calendar": "always"}],
    "staff": [
        {"id": "ines", "sites": ["north"], "roles": ["coordinator"], "email": "ines@north.example", "capacity": 1},
        {"id": "otto", "sites": ["north"], "roles": ["coordinator"], "email": "otto@north.example", "capacity": 1},
        {"id": "perrin", "sites": ["north"], "roles": ["site_lead"], "email": "perrin@north.example", "capacity": 0},
    ],
    "pools": [{"id": "north-desk", "site": "north", "members": ["ines", "otto"]}],
    "routes": [{"id": "one-alder", "pool": "north-desk"}, {"id": "two-alder", "pool": "north-desk"}],
    "policies": [{"id": "quick", "first_response": {"target": "3s", "warn": "6s", "breach": "12s"}}],
    "calendars": [{"id": "always", "always_open": True}],
}


def at(seconds: float) -> datetime:
    """So long after the beginning."""
    return BEGAN + timedelta(seconds=seconds)


def written(seconds: float) -> str:
    """The same as the wire has it."""
    return at(seconds).isoformat(timespec="microseconds").replace("+00:00", "Z")


def alert_of(lead: str, level: str) -> str:
    """RFC 9562, version 5, under the lead."""
    return str(uuid5(UUID(lead), f"alert:first_response:1:{level}"))


@dataclass
class Story:
    """What a run left behind, to be changed by a test."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    tables: dict[str, list[Body]] = field(default_factory=dict)
    history: list[Body] = field(default_factory=list)
    faults: list[Body] = field(default_factory=list)
    mails: list[Body] = field(default_factory=list)
    answers: Body = field(default_factory=dict)

    def say(self, stream: str, kind: str, key: str, when: float, move: str = "", **body: Any) -> None:
        """One more fact, sent 10 ms after its time. `move`: names its transaction; by default one of its own."""
        said = self.records.setdefault(stream, [])
        version = 1 + sum(one.headers["ce_subject"] == key for one in said)
        head = {
            "ce_type": f"baton.{kind}.v1", "ce_id": f"{stream}/{key}/{version}", "ce_subject": key,
            "ce_keyversion": str(version), "ce_time": written(when), "ce_istest": "false",
            "ce_actor": f"staff:{body['staff']}" if kind == "AlertAcknowledged" else "system:story",
            "ce_correlationid": move or f"{stream}/{key}/{version}", "ce_causationid": "",
        }  # fmt: skip
        stamp = round((at(when).timestamp() + 0.01) * 1000)
        value = json.dumps(body).encode()
        said.append(Record(f"story.{stream}.v1", stream, 0, len(said), key, head, value, stamp, body))

    def of_lead(self, lead: str, kind: str, when: float, move: str = "", **body: Any) -> None:
        """A fact of routing."""
        partner = "two" if lead == B else "one"
        self.say("leads", kind, lead, when, move, lead=lead, study="alder", site="north", partner=partner, **body)

    def of_clock(self, lead: str, kind: str, when: float, **body: Any) -> None:
        """A fact of sla about the one clock."""
        which: Body = {"lead": lead, "study": "alder", "site": "north", "clock": "first_response", "episode": 1}
        self.say("alerts", kind, lead, when, **which, **body)

    def of_alert(self, lead: str, kind: str, when: float, level: str, staff: str, as_of: int, **body: Any) -> None:
        """A fact of sla about an alert."""
        alert = {"alert": alert_of(lead, level), "level": level, "staff": staff, "as_of": as_of}
        self.of_clock(lead, kind, when, **alert, **body)

    def mail(self, lead: str, level: str, staff: str, when: float) -> None:
        """A letter in the mailbox."""
        id = f"<{alert_of(lead, level)}.{staff}@baton.example>"
        letter = {
            "to": f"{staff}@north.example",
            "message_id": id,
            "subject": "",
            "text": "",
            "at": at(when).timestamp(),
        }
        self.mails.append(letter)

    def unsay(self, stream: str, kind: str, key: str) -> None:
        """Take the last fact of a kind away, as if it had never been said."""
        said = self.records[stream]
        last = max(n for n, one in enumerate(said) if (one.headers["ce_type"], one.key) == (f"baton.{kind}.v1", key))
        del said[last]
        for one in said[last:]:
            if one.key == key:
                head = {**one.headers, "ce_keyversion": str(int(one.headers["ce_keyversion"]) - 1)}
                said[said.index(one)] = replace(one, headers=head)

    def row(self, table: str, **where: Any) -> Body:
        """The one row of a table with these values."""
        [found] = [row for row in self.tables[table] if where.items() <= row.items()]
        return found

    @property
    def evidence(self) -> Evidence:
        """All of it."""
        nowhere = Path("nowhere")
        world = World(nowhere, 1, "story", "", "", {}, {}, "", nowhere, nowhere, {}, dict(NETWORK))
        return Evidence(world, self.history, self.faults, self.records, [], self.tables, self.mails, self.answers)


def the_story() -> Story:
    """The run above, in order, with nothing wrong."""
    story = Story()
    _network(story)
    _referrals(story)
    _first_two(story)
    _others(story)
    _clocks(story)
    for n in range(0, 120, 2):
        shards = [{"stream": "leads", "partition": 0, "at": written(n / 2), "offset": 99}]
        story.say("watermarks", "none", "routing", n / 2 + 0.1, service="routing", shards=shards)
    story.tables = tables_of_the_story(story.records["network"])
    return story


def _network(story: Story) -> None:
    for kind, section, keep in (
        ("study", "studies", {"code": "AL-1", "priority": "routine", "recruiting": "recruiting", "sites": []}),
        ("site", "sites", {"name": "North", "zone": "UTC", "recruiting": "recruiting"}),
        ("staff", "staff", {"label": "Somebody"}),
        ("pool", "pools", {}),
    ):
        for item in NETWORK[section]:
            body = {kind: item["id"], **{name: value for name, value in item.items() if name != "id"}, **keep}
            story.say("network", f"{kind.title()}Defined", f"{kind}/{item['id']}", -60, **body)


def _referrals(story: Story) -> None:
    phones = {A: "aa", B: "aa", C: "cc", D: "dd", E: "ee"}
    for n, (lead, phone) in enumerate(phones.items()):
        received = {A: 0.0, B: 1.0, C: 3.0, D: 4.0, E: 6.0}[lead]
        partner = "two" if lead == B else "one"
        who = {"lead": lead, "study": "alder", "site": "north", "partner": partner}
        tokens = [{"kind": "phone", "key_version": 1, "value": phone}]
        story.say("tokens", "MatchTokens", lead, received, **who, tokens=tokens)
        story.say(
            "referrals", "ReferralReceived", lead, received, **who, route=f"{partner}-alder", source_tag="spring",
            channel="partner_api", priority="routine", received_at=written(received), material="words",
            material_version=1, material_superseded=False, basis="self_referred", permitted=["phone"],
            permission_wording="contact@1",
        )  # fmt: skip
        asked = {
            "n": 2 * n + 1, "at": at(received).timestamp(), "what": "asked", "op": "refer", "id": f"o{n}", "person": n,
            "study": "alder", "site": "north", "partner": partner, "sha": f"sha{n}", "expect": [202],
        }  # fmt: skip
        story.history.append(asked | {"person": 0 if lead in (A, B) else n})
        body = {"lead": lead, "status": "accepted"}
        ended = {"n": 2 * n + 2, "at": at(received).timestamp() + 0.1, "what": "answered", "ask": 2 * n + 1}
        story.history.append(ended | {"status": 202, "body": body})


def _opened(story: Story, lead: str, received: float, result: str) -> str:
    when, move = received + 0.2, f"opens {lead}"
    partner = "two" if lead == B else "one"
    opening = {"route": f"{partner}-alder", "channel": "partner_api", "priority": "routine"}
    story.of_lead(lead, "LeadOpened", when, move, **opening, received_at=written(received))
    story.of_lead(lead, "MilestoneReached", when, move, milestone="accepted", received_at=written(received))
    story.of_lead(lead, "DuplicateChecked", when, move, result=result)
    return move


def _owned(
    story: Story, lead: str, when: float, move: str, who: tuple[str, str], reason: str, load: int, received: float
) -> None:
    choice = {"pool": "north-desk", "reason": reason, "load": load, "capacity": 1, "candidates": 1}
    story.of_lead(lead, "OwnerAssigned", when, move, owner=who[0], backup=who[1], **choice)
    story.of_lead(lead, "MilestoneReached", when, move, milestone="owned", received_at=written(received))
    if reason != "primarys_owner":
        step = {"action": "first_call", "who": "owner", "due_at": written(when + 3600)}
        story.of_lead(lead, "NextActionSet", when, move, **step)


def _tried(story: Story, lead: str, when: float, result: str, status: str, due: float) -> None:
    move = f"tries {lead}"
    attempt = {"attempt": 1, "direction": "out", "channel": "phone", "result": result}
    story.of_lead(lead, "AttemptRecorded", when, move, **attempt)
    received = {A: 0.0, D: 4.0}[lead]
    for milestone in ("first_attempt", "reached")[: 2 if result == "reached" else 1]:
        story.of_lead(lead, "MilestoneReached", when, move, milestone=milestone, received_at=written(received))
    story.of_lead(lead, "StatusChanged", when, move, stage="intake", status=status, status_before="new")
    story.of_lead(lead, "NextActionSet", when, move, action="call_again", who="owner", due_at=written(due))


def _first_two(story: Story) -> None:
    _owned(story, A, 0.2, _opened(story, A, 0.0, "clear"), ("ines", "otto"), "least_loaded", 0, 0.0)
    move = _opened(story, B, 1.0, "confirmed")
    story.of_lead(B, "DuplicateDecided", 1.2, move, primary=A, matched=["phone"])
    _owned(story, B, 1.2, move, ("ines", "otto"), "primarys_owner", 1, 1.0)
    _tried(story, A, 2.0, "reached", "contacted", 90.0)
    ends = {"stage": "done", "status": "closed", "status_before": "contacted"}
    story.of_lead(A, "StatusChanged", 5.0, "closes A", **ends)
    story.of_lead(A, "LeadClosed", 5.0, "closes A", reason="too_far", group="person", status="closed")


def _others(story: Story) -> None:
    _owned(story, C, 3.2, _opened(story, C, 3.0, "clear"), ("otto", "ines"), "least_loaded", 0, 3.0)
    story.of_lead(D, "LeadWaiting", 4.2, _opened(story, D, 4.0, "clear"), reason="no_capacity")
    _owned(story, D, 5.0, "frees D", ("ines", "otto"), "slot_freed", 0, 4.0)
    _tried(story, D, 9.5, "no_answer", "attempting", 99.0)
    story.of_lead(E, "LeadWaiting", 6.2, _opened(story, E, 6.0, "clear"), reason="no_capacity")


def _clocks(story: Story) -> None:
    for lead, since in ((A, 0.0), (B, 1.0), (C, 3.0), (D, 4.0), (E, 6.0)):
        due = {"target_at": written(since + 3), "warn_at": written(since + 6), "breach_at": written(since + 12)}
        story.of_clock(lead, "DeadlineSet", since + 0.4, **due)
    for lead, when, by, ran, within in (
        (B, 1.4, "duplicate", 0, True), (A, 2.1, "attempt", 2, True), (D, 9.6, "attempt", 5, False),
    ):  # fmt: skip
        story.of_clock(lead, "DeadlineEnded", when, by=by, business_seconds=ran, within_target=within)
    for lead, staff, since, as_of in ((C, "otto", 3.0, 6), (E, "perrin", 6.0, 4)):
        for level, kind, due_at in (("warning", "DeadlineWarned", 6.1), ("breach", "DeadlineMissed", 12.1)):
            when = since + due_at
            story.of_clock(lead, kind, when)
            story.of_alert(lead, "AlertRaised", when, level, staff, as_of, unconfirmed=False)
            story.mail(lead, level, staff, when + 0.2)
            story.of_alert(lead, "AlertDelivered", when + 0.3, level, staff, as_of, channel="mail")
            if (lead, level) == (C, "warning"):
                story.of_alert(C, "AlertAcknowledged", 11.0, "warning", "otto", 6)
