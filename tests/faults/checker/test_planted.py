"""A bad record that the workload wrote past every service is no lie of theirs; but only where its history says so."""

from dataclasses import replace

import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.laws import DELIVERY
from tests.faults.checker.telling import rows_of, usual


def _told(story: Story, how: str) -> None:
    story.ask("poison", 200, {}, how=how, key=story.lead, lead=story.lead)


def _given_up(story: Story, how: str) -> Evidence:
    """A second version of a lead that has one, dropped by hand or passed over by both readers."""
    _told(story, how)
    bad = story.made("referrals", story.lead, "ReferralRevised", 2, b'{"study": 7}')
    bad = story.publish(replace(bad, headers=dict(bad.headers) | {"ce_correlationid": story.lead}))
    evidence = story.evidence()
    for service in ("routing", "reporting"):
        rows = rows_of(evidence, f"{service}.reader_cursor")
        [at] = [n for n, row in enumerate(rows) if (row["stream"], row["key"]) == ("referrals", story.lead)]
        rows[at] = rows[at] | {"version": 2, "last_id": bad.headers["ce_id"]}
    rows_of(evidence, "reporting.journal")[:] = [
        row for row in rows_of(evidence, "reporting.journal") if row["id"] != bad.headers["ce_id"]
    ]
    return evidence


def _unreadable(story: Story) -> Evidence:
    """Noted by both readers of the stream, for ever."""
    _told(story, "unreadable")
    record = story.made("leads", story.lead, "LeadOpened", 9, b"{}")
    bad = story.publish(replace(record, headers={"ce_id": "\ufffd", "ce_keyversion": "two"}))
    evidence = story.evidence()
    row = {"topic": bad.topic, "partition": bad.partition, "offset": bad.offset, "error": "ValueError"}
    for service in ("sla", "reporting"):
        rows_of(evidence, f"{service}.unreadable").append(row)
    return evidence


def _groups(evidence: Evidence) -> set[str]:
    return {breach.group for law in DELIVERY for breach in law(evidence)}


@pytest.mark.parametrize("how", ["body", "unknown_type", "unknown_ignorable"])
def test_a_second_version_that_the_workload_wrote_counts_as_read_and_as_nobodys(how: str) -> None:
    assert _groups(_given_up(usual(), how)) == set()


def test_a_record_without_a_head_that_the_workload_wrote_may_be_noted() -> None:
    assert _groups(_unreadable(usual())) == set()


def test_the_same_records_are_faults_where_no_history_says_so() -> None:
    for evidence in (_given_up(usual(), "handler"), _unreadable(usual())):
        quiet = replace(evidence, history=[line for line in evidence.history if line.get("op") != "poison"])
        assert "conservation" in _groups(quiet)


def test_a_reader_that_applied_another_event_than_the_bad_one_is_told() -> None:
    story = usual()
    evidence = _given_up(story, "body")
    rows = rows_of(evidence, "routing.reader_cursor")
    [at] = [n for n, row in enumerate(rows) if (row["stream"], row["key"]) == ("referrals", story.lead)]
    rows[at] = rows[at] | {"last_id": story.lead}
    assert _groups(evidence) == {"doubled"}
