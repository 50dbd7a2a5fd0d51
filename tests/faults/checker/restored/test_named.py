"""intake set back: what the copy lacks is named exactly, and it lacks all of a lead or nothing of it."""

import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.restored import named
from tests.faults.checker.restored.case import Case

ROWS = ("intake.referral", "intake.vault", "intake.permission", "intake.idempotency")


REFUSED = "a refused one"


def told() -> tuple[Evidence, str, str]:
    """Two leads and a refusal, of which the copy has the first lead: (evidence, lead it has, lead it lacks)."""
    story = Story().refer()
    kept = story.lead
    story.refer()
    lacked = story.lead
    evidence = story.refused().evidence()
    for table in ROWS:
        _list(evidence, table).pop()
    outbox = _list(evidence, "intake.outbox")
    outbox[:] = [row for row in outbox if row["key"] == kept]
    return evidence, kept, lacked


def _list(evidence: Evidence, table: str) -> list[dict[str, object]]:
    rows = evidence.tables[table]
    assert isinstance(rows, list)
    return rows


def broken(evidence: Evidence, *said: str) -> set[tuple[str, str, str]]:
    lines = ["referrals: 3 records, 3 keys, 2 heads raised"]
    lines += [f"referrals {key}: is not in this copy (baton.ReferralReceived.v1)" for key in said]
    lines += [f"referrals {REFUSED}: is not in this copy (baton.ReferralRefused.v1)"]
    case = Case(evidence, "intake", 0.0, lines, {})
    rules = (named.lacking_are_named, named.none_is_half_there)
    return {(breach.law, breach.group, breach.key) for rule in rules for breach in rule(case)}


def test_a_copy_that_lacks_a_whole_lead_and_says_so_is_sound() -> None:
    evidence, _, lacked = told()
    assert broken(evidence, lacked) == set()


def test_what_is_named_is_what_is_lacking() -> None:
    evidence, kept, lacked = told()
    assert broken(evidence) == {(named.NAMED, "lost", lacked)}
    assert broken(evidence, lacked, kept) == {(named.NAMED, "state", kept)}
    refused = evidence.index.of("ReferralRefused")[0].key
    assert broken(evidence, lacked, refused) == {(named.NAMED, "state", refused)}


@pytest.mark.parametrize("table", ["intake.vault", "intake.permission", "intake.idempotency", "intake.outbox"])
def test_a_part_of_a_lead_that_is_lacking_is_named(table: str) -> None:
    evidence, _, lacked = told()
    part: dict[str, dict[str, object]] = {
        "intake.vault": {"lead": lacked, "sealed": ["phone", "external_id"]},
        "intake.permission": {"lead": lacked, "channel": "phone", "granted": True},
        "intake.idempotency": {"state": "answered", "status": 202, "body": f'{{"lead":"{lacked}"}}'},
        "intake.outbox": {"stream": "referrals", "key": lacked},
    }
    _list(evidence, table).append(part[table])
    assert broken(evidence, lacked) == {(named.WHOLE, "lost", lacked)}


@pytest.mark.parametrize("table", ["intake.vault", "intake.permission", "intake.idempotency"])
def test_a_part_that_is_gone_from_a_lead_of_the_copy_is_named(table: str) -> None:
    evidence, kept, lacked = told()
    _list(evidence, table).pop()
    assert broken(evidence, lacked) == {("leads_are_whole", "lost", kept)}
