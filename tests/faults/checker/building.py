"""Evidence told as a story, valid by default: what was asked, what every part of a healthy system then holds.

`Story().refer().lead` accepts one referral and hands it over; `Story.evidence()` closes the books (heads, cursors,
positions, journal). A test changes one thing, before or after, and sees which law speaks.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from tests.faults.checker.canonical import jsonb_md5
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.index import head_md5, md5
from tests.faults.checker.laws.readers import READS
from tests.faults.checker.laws.versions import SAID_BY, partition_of
from tests.faults.checker.record import Record
from tests.faults.history import Line
from tests.faults.world import SERVICES, World

Row = dict[str, Any]

BEGAN: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORLD: Final = World(Path("run"), 1, "run", "", "", {}, {}, "", Path("mail"), Path("keys"), {}, {})

TABLES: Final = (
    "outbox", "head", "reader", "reader_cursor", "reader_position", "parked", "unreadable", "timer", "timer_ledger",
)  # fmt: skip
_OF: Final = {
    "intake": ("referral", "vault", "permission", "idempotency"),
    "reporting": ("journal",),
}
_BODY: Final[Mapping[str, Any]] = {
    "study": "alder", "site": "eastmere", "partner": "quarrel", "route": "quarrel-alder", "source_tag": "autumn",
    "channel": "partner_api", "priority": "routine", "material": "alder-words", "material_version": 3,
    "material_superseded": False, "basis": "self_referred", "permitted": ["phone"], "permission_wording": "contact@1",
    "contact_is": "self", "language": "en",
}  # fmt: skip


def an_id(n: int) -> str:
    """A UUID from a number."""
    return str(UUID(int=n))


def times(seconds: float) -> str:
    """A moment of the story as the wire writes it."""
    return (BEGAN + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass
class Story:
    """What happened so far. `lead` is the last that came in."""

    history: list[Line] = field(default_factory=list)
    faults: list[Line] = field(default_factory=list)
    records: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[str, list[Row]] = field(default_factory=dict)
    lead: str = ""
    key: str = ""
    _ids: int = 0
    _ends: Counter[tuple[str, int]] = field(default_factory=Counter)
    _versions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for service in SERVICES:
            for table in (*TABLES, *_OF.get(service, ())):
                self.tables[f"{service}.{table}"] = []

    def new_id(self) -> str:
        """The next."""
        self._ids += 1
        return an_id(self._ids)

    def ask(self, op: str, status: int | None, answer: Any = None, /, **asked: Any) -> Line:
        """One request; without a status nobody answered it."""
        line: Line = {"n": len(self.history) + 1, "at": BEGAN.timestamp(), "what": "asked", "op": op} | asked
        self.history.append(line)
        if status is not None:
            told = {"what": "answered", "ask": line["n"], "status": status, "body": answer}
            self.history.append({"n": len(self.history) + 1, "at": BEGAN.timestamp() + 1} | told)
        return line

    def asked(self, key: str, status: int | None, body: Any = None, **changes: Any) -> Line:
        """One referral of a key's usual content; `facts`, `kind`, `expect`, ... may be given otherwise."""
        told = {name: _BODY[name] for name in ("partner", "route", "study", "site")}
        told |= {"key": key, "sha": hashlib.sha256(key.encode()).hexdigest(), "kind": "new", "expect": [202]}
        facts = {name: value for name, value in _BODY.items() if name not in ("contact_is", "language")}
        return self.ask("refer", status, body, **told | {"facts": facts} | changes)

    def refer(self, *, answered: bool = True, opened: bool = True, key: str = "") -> Self:
        """One referral accepted and handed over. `answered=False`: nobody saw the answer."""
        self.lead = self.new_id()
        self.key = key or f"key-{self.lead[-3:]}"
        accepted = {"lead": self.lead, "status": "accepted", "received_at": times(0)}
        self.asked(self.key, 202 if answered else None, accepted if answered else None)
        return self.took_in(accepted).opened(opened)

    def took_in(self, accepted: Mapping[str, Any]) -> Self:
        """All that intake keeps of `lead`."""
        body = {"lead": self.lead, "received_at": times(0), **_BODY}
        row = {"lead": self.lead, "received_at": BEGAN, **_BODY}
        whose = {"lead": self.lead, "partner": _BODY["partner"]}
        self.tables["intake.referral"].append(row)
        self.tables["intake.vault"].append(whose | {"sealed": ["given_name", "phone", "external_id"]})
        self.tables["intake.permission"].append(whose | {"channel": "phone", "granted": True})
        stored = {"client": "partner:quarrel", "state": "answered", "status": 202}
        text = json.dumps(dict(accepted), separators=(",", ":"))
        self.tables["intake.idempotency"].append(stored | {"body": text})
        self.say("referrals", self.lead, "ReferralReceived", body)
        self.say("tokens", self.lead, "MatchTokens", {"lead": self.lead, "tokens": []})
        return self

    def opened(self, really: bool = True) -> Self:
        """Routing takes `lead` over."""
        names = ("study", "site", "partner", "route", "channel", "priority")
        if really:
            body = {"lead": self.lead, "received_at": times(0)} | {name: _BODY[name] for name in names}
            self.say("leads", self.lead, "LeadOpened", body)
        return self

    def refused(self, code: str = "permission_missing", *, facts: int = 1) -> Self:
        """One referral understood and refused."""
        self.key = f"key-{self.new_id()[-3:]}"
        told = {"partner": _BODY["partner"], "reason": code, "route": _BODY["route"]}
        self.asked(self.key, 422, {"code": code}, kind="refused", expect=[422], facts=told)
        for _ in range(facts):
            id = self.new_id()
            self.say("referrals", id, "ReferralRefused", told | {"referral": id})
        return self

    def acted(self, status: int | None = 200, *, times_said: int = 1) -> Self:
        """Somebody recorded an attempt on `lead`."""
        said = {"channel": "phone", "result": "reached"}
        self.ask("act", status, {}, lead=self.lead, staff="ines", command="attempts", body=said, version=1)
        for _ in range(times_said):
            body = {"lead": self.lead, "attempt": 1, "direction": "out", **said}
            self.say("leads", self.lead, "AttemptRecorded", body, actor="staff:ines")
        return self

    def say(
        self, stream: str, key: str, kind: str, body: Mapping[str, Any], *, actor: str = "system:routing",
        committed: bool = True, sent: bool = True, version: int = 0,
    ) -> Record:  # fmt: skip
        """One fact: its outbox row, and its record once it is sent."""
        version = version or self._versions[stream, key] + 1
        self._versions[stream, key] = version
        value = json.dumps(body).encode()
        record = self.made(stream, key, kind, version, value, actor)
        if committed:
            self.commit(record, sent=sent)
        if sent:
            self.publish(record)
        return record

    def made(self, stream: str, key: str, kind: str, version: int, value: bytes, actor: str = "system:x") -> Record:
        """A record that stands nowhere yet."""
        headers = {
            "ce_id": self.new_id(), "ce_type": f"baton.{kind}.v1", "ce_source": SAID_BY[stream], "ce_subject": key,
            "ce_time": times(self._ids), "ce_keyversion": str(version), "ce_correlationid": self.new_id(),
            "ce_actor": actor, "ce_istest": "false", "ce_ignorable": "false",
        }  # fmt: skip
        place = partition_of(key)
        return Record(f"run.{stream}.v1", stream, place, -1, key, headers, value, 0, json.loads(value))

    def commit(self, record: Record, *, sent: bool = True, held: bool = False) -> Row:
        """Its row in the outbox."""
        heads = record.headers
        blank = sent and record.stream == "tokens"
        row = {
            "fact": heads["ce_id"], "shard": record.partition, "stream": record.stream, "key": record.key,
            "version": int(heads["ce_keyversion"]), "type": heads["ce_type"], "sent": sent, "held": held,
            "blank": blank, "body_md5": None if blank else md5(record.value), "head_md5": head_md5(record),
        }  # fmt: skip
        self.tables[f"{SAID_BY[record.stream][1:]}.outbox"].append(row)
        return row

    def publish(self, record: Record, partition: int | None = None) -> Record:
        """Append it to its partition."""
        place = record.partition if partition is None else partition
        offset = self._ends[record.topic, place]
        self._ends[record.topic, place] += 1
        put = Record(
            record.topic, record.stream, place, offset, record.key, record.headers, record.value, 0, record.body
        )
        self.records[record.stream].append(put)
        return put

    def evidence(self) -> Evidence:
        """Heads, cursors, positions, journal, tail as a healthy system at rest has them."""
        tables = {name: list(rows) for name, rows in self.tables.items()}
        found = Evidence(
            WORLD, self.history, self.faults, self.records, [], tables, [], {},
            ends={place: (0, end) for place, end in self._ends.items()},
        )  # fmt: skip
        for service in SERVICES:
            rows = Counter((row["stream"], row["key"]) for row in tables[f"{service}.outbox"])
            tables[f"{service}.head"] = [{"stream": s, "key": k, "version": n} for (s, k), n in rows.items()]
        for service, stream in READS:
            _close_books(found, tables, service, stream)
        return found


def _close_books(evidence: Evidence, tables: dict[str, list[Row]], service: str, stream: str) -> None:
    """One reader is at the end of one stream."""
    tables[f"{service}.reader"].append({"stream": stream, "state": "running"})
    for (topic, partition), (_, end) in evidence.ends.items():
        if topic.split(".")[1] == stream:
            place = {"topic": topic, "partition": partition, "next_offset": end}
            tables[f"{service}.reader_position"].append(place)
    for key, versions in evidence.index.keys[stream].items():
        last = versions[-1]
        assert last is not None
        cursor = {"stream": stream, "key": key, "version": len(versions), "last_id": last.headers["ce_id"]}
        tables[f"{service}.reader_cursor"].append(cursor | {"parked": False})
        for version, record in enumerate(versions, 1):
            if service == "reporting" and record is not None:
                row = {"stream": stream, "key": key, "version": version, "id": record.headers["ce_id"]}
                row |= {"type": record.headers["ce_type"], "body_md5": jsonb_md5(record.body)}
                tables["reporting.journal"].append(row)
