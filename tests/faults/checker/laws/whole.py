"""A lead that came in is whole: its rows, sealed details, tokens, its place at routing. No half leads (P1, P3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.index import body_of, key_of
from tests.faults.checker.laws.accepted import received

_ROW = ("partner", "study", "site", "route", "channel", "material", "material_version", "material_superseded", "basis")
_OPENED = ("study", "site", "partner", "route", "channel", "priority", "received_at")


def leads_are_whole(evidence: Evidence) -> Iterator[Breach]:
    """Fact, row, vault, permissions, idempotency row: all of them or none."""
    facts, rows = received(evidence), {row["lead"]: row for row in evidence.tables["intake.referral"]}
    vault = {row["lead"]: row for row in evidence.tables["intake.vault"]}
    granted = _granted(evidence)
    answered = _answered(evidence)
    for lead in facts.keys() | rows.keys() | vault.keys():
        if lead not in facts:
            yield Breach("leads_are_whole", "lost", lead, "has rows, and no fact says it came in")
        elif lead not in rows or lead not in vault:
            yield Breach("leads_are_whole", "lost", lead, "a fact says it came in, and its row or its details are gone")
        else:
            body = body_of(facts[lead][0])
            wrong = [name for name in _ROW if rows[lead][name] != body.get(name)]
            if _moment(body.get("received_at")) != rows[lead]["received_at"]:
                wrong.append("received_at")
            if granted[lead] != set(body.get("permitted") or ()):
                wrong.append("permitted")
            if not _is_sealed(vault[lead]):
                wrong.append("details")
            if answered[lead] == 0:
                wrong.append("stored answer")
            if wrong:
                yield Breach("leads_are_whole", "lost", lead, f"rows and fact differ: {', '.join(wrong)}")


def handed_over_once(evidence: Evidence) -> Iterator[Breach]:
    """Each lead that came in was opened by routing once, as it came in, and has its tokens; nobody else was opened."""
    facts, opened = received(evidence), defaultdict(list)
    for record in evidence.index.of("LeadOpened"):
        opened[key_of(record)].append(record)
    tokens = evidence.index.keys["tokens"]
    for lead, there in facts.items():
        if lead not in opened:
            yield Breach("handed_over_once", "lost", lead, "routing never opened it")
        elif [body_of(one).get(name) for one in opened[lead] for name in _OPENED] != [
            body_of(there[0]).get(name) for name in _OPENED
        ]:
            group = "doubled" if len(opened[lead]) > 1 else "lost"
            yield Breach(
                "handed_over_once", group, lead, f"opened {len(opened[lead])} times, or otherwise than it came"
            )
        if len(tokens.get(lead, ())) != 1:
            group = "doubled" if tokens.get(lead) else "lost"
            yield Breach("handed_over_once", group, lead, f"{len(tokens.get(lead, ()))} facts carry its tokens")
    for lead in opened.keys() - facts.keys():
        yield Breach("handed_over_once", "doubled", lead, "routing opened what never came in")


def _is_sealed(row: Mapping[str, Any]) -> bool:
    """The sender's own id, and a way to reach the person, whatever else they had to say."""
    return "external_id" in row["sealed"] and bool({"phone", "email"} & set(row["sealed"]))


def _granted(evidence: Evidence) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in evidence.tables["intake.permission"]:
        if row["granted"]:
            found[row["lead"]].add(row["channel"])
    return found


def _answered(evidence: Evidence) -> Mapping[str, int]:
    """lead -> how many keys hold an acceptance that names it."""
    found: dict[str, int] = defaultdict(int)
    for row in evidence.tables["intake.idempotency"]:
        if row["state"] == "answered" and row["status"] == 202:
            found[str(row["body"]).partition('"lead":"')[2][:36]] += 1
    return found


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if isinstance(written, str) else None
