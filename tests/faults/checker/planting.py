"""What can go wrong, planted one by one into a healthy story: name -> how it is told, its group, its law."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tests.faults.checker.building import BEGAN, Story, an_id
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.index import md5
from tests.faults.checker.telling import Tell, also, row, rows_of, seen, with_row, without


def _gone(story: Story) -> None:
    story.asked("gone", 202, {"lead": an_id(900), "status": "accepted", "received_at": "2026-03-02T09:00:00Z"})


def _twice(story: Story) -> None:
    story.refer(key="twice").refer(key="twice")


def _other_content(story: Story) -> None:
    story.refer()
    story.history[-2]["facts"] = {"language": "fr"}


def _shared_lead(story: Story) -> None:
    story.refer()
    story.asked("another", 202, story.history[-1]["body"])


def _two_answers(story: Story) -> None:
    story.refer()
    story.asked(story.key, 202, story.history[-1]["body"] | {"superseded_material": True}, kind="again")


def _other_body_accepted(story: Story) -> None:
    story.refer()
    story.refer(key=story.key)
    story.history[-2]["sha"] = "other"


def _failed_but_there(story: Story) -> None:
    story.refer(answered=False)
    story.history[-1]["kind"] = "malformed"
    story.history[-1]["expect"] = [400]


def _unknown_twice(story: Story) -> None:
    story.refer(answered=False, key="lost").refer(answered=False, key="lost")


def _too_late(story: Story) -> None:
    story.refer(answered=False)
    story.history[-1]["at"] = BEGAN.timestamp() + 60


def _unsent(story: Story) -> None:
    story.say("leads", story.lead, "NextActionSet", {"lead": story.lead}, sent=False)


def _marked_unsent(story: Story) -> None:
    _unsent(story)
    story.tables["routing.outbox"][-1]["sent"] = True


def _uncommitted(story: Story) -> None:
    story.say("leads", story.lead, "NextActionSet", {"lead": story.lead}, committed=False)


def _gap(story: Story) -> None:
    story.say("leads", story.lead, "NextActionSet", {"lead": story.lead}, version=4)


def _swap(story: Story) -> None:
    first, second = (story.made("leads", story.lead, "NextActionSet", n, b"{}") for n in (3, 4))
    for record in (first, second):
        story.commit(record)
    for record in (second, first):
        story.publish(record)


def _version_twice(story: Story) -> None:
    story.publish(story.made("leads", story.lead, "NextActionSet", 2, b"{}"))
    story.commit(story.records["leads"][-1])


def _another_body_again(story: Story) -> None:
    story.publish(replace(story.records["leads"][-1], value=b'{"lead":"x"}'))


def _same_event_again(story: Story) -> None:
    old = story.records["leads"][0]
    story.publish(replace(old, headers=dict(old.headers) | {"ce_keyversion": "2"}))
    story.commit(story.records["leads"][-1])


def _elsewhere(story: Story) -> None:
    record = story.made("leads", story.lead, "NextActionSet", 3, b"{}")
    story.commit(record)
    story.publish(record, partition=(record.partition + 1) % 12)


def _headless(story: Story) -> None:
    record = story.made("leads", story.lead, "NextActionSet", 3, b"{}")
    story.commit(record)
    story.publish(record)
    story.publish(replace(record, headers={"ce_id": record.headers["ce_id"]}))


def _refused_by_name(story: Story) -> None:
    story.refused(facts=0)
    told = {"partner": "quarrel", "reason": "permission_missing", "route": "quarrel-alder"}
    id = story.new_id()
    story.say("referrals", id, "ReferralRefused", told | {"referral": id, "given_name": "x"})


def _acknowledged(story: Story) -> None:
    story.ask("acknowledge", 303, {}, alert=an_id(800), lead=story.lead, staff="ines")


def _kept_tokens(evidence: Evidence) -> Evidence:
    rows = rows_of(evidence, "intake.outbox")
    at = next(n for n, row in enumerate(rows) if row["stream"] == "tokens")
    last = evidence.index.last("tokens", rows[at]["key"])
    assert last is not None
    rows[at] = rows[at] | {"blank": False, "body_md5": md5(last.value)}
    return evidence


def _tail(*runs: tuple[int, Sequence[str]]) -> Tell:
    """A live tail of the first lead's partition of `leads`: offset and event ids of each run."""

    def tell(story: Story) -> Evidence:
        evidence = story.evidence()
        first = evidence.records["leads"][0]
        place = {"topic": first.topic, "partition": first.partition}
        lines = [place | {"at": 1.0, "offset": offset, "ids": list(ids)} for offset, ids in runs]
        return replace(evidence, tail=lines)

    return tell


def _reset(story: Story) -> Evidence:
    evidence = story.evidence()
    first = evidence.records["leads"][0]
    line = {"at": 1.0, "what": "reset", "topic": first.topic, "partition": first.partition}
    return replace(evidence, tail=[line])


def _cut(story: Story) -> Evidence:
    """The broker says that there is one record more than can be read, and every reader is past it."""
    evidence = story.evidence()
    last = evidence.records["leads"][-1]
    end = last.offset + 2
    for at in (at for name in ("sla", "reporting") for at in rows_of(evidence, f"{name}.reader_position")):
        if (at["topic"], at["partition"]) == (last.topic, last.partition):
            at["next_offset"] = end
    return replace(evidence, ends={**evidence.ends, (last.topic, last.partition): (0, end)})


def _growing(**steps: float) -> Tell:
    """Half an hour of samples of one process, each of these larger by so much every ten seconds."""
    lines = [
        {
            "at": 10.0 * n,
            "roles": {"sla.relay": {"pid": 7, **{what: 100 + step * n for what, step in steps.items()}}},
            "sessions": {"baton-sla-relay": 4},
        }
        for n in range(180)
    ]
    return seen(resources=lines)


PLANTED: Final[dict[str, tuple[Tell, str, str]]] = {
    "an accepted referral is nowhere": (also(_gone), "lost", "accepted_are_there"),
    "one key became two leads": (also(_twice), "doubled", "answers_agree"),
    "other content than was sent": (also(_other_content), "lost", "accepted_are_there"),
    "two referrals, one lead": (also(_shared_lead), "lost", "answers_agree"),
    "a copy was answered otherwise": (also(_two_answers), "state", "answers_agree"),
    "another body was accepted under a used key": (also(_other_body_accepted), "doubled", "answers_agree"),
    "a request that failed came in": (also(_failed_but_there), "doubled", "nothing_else_came_in"),
    "an unanswered request came in twice": (also(_unknown_twice), "doubled", "nothing_else_came_in"),
    "a lead older than the only request for it": (also(_too_late), "doubled", "nothing_else_came_in"),
    "answered 500": (also(lambda s: s.asked("odd", 500)), "state", "answers_are_expected"),
    "a refusal is not said": (also(lambda s: s.refused(facts=0)), "lost", "each_refusal_said_once"),
    "a refusal is said twice": (also(lambda s: s.refused(facts=2)), "doubled", "each_refusal_said_once"),
    "half a lead: no details": (without("intake.vault"), "lost", "leads_are_whole"),
    "half a lead: no permission": (without("intake.permission"), "lost", "leads_are_whole"),
    "half a lead: no stored answer": (without("intake.idempotency"), "lost", "leads_are_whole"),
    "routing never opened it": (also(lambda s: s.refer(opened=False)), "lost", "handed_over_once"),
    "routing opened it twice": (also(lambda s: s.opened()), "doubled", "handed_over_once"),
    "an attempt is gone": (also(lambda s: s.acted(times_said=0)), "lost", "acts_are_done_once"),
    "an attempt is there twice": (also(lambda s: s.acted(times_said=2)), "doubled", "acts_are_done_once"),
    "a refused attempt is there": (also(lambda s: s.acted(409)), "doubled", "acts_are_done_once"),
    "an acknowledgement is gone": (also(_acknowledged), "lost", "acknowledgements_are_kept"),
    "committed and never sent": (also(_unsent), "lost", "commits_are_said"),
    "marked sent, never sent": (also(_marked_unsent), "lost", "commits_are_said"),
    "said, never committed": (also(_uncommitted), "conservation", "sayings_are_committed"),
    "sent, never marked": (row("routing.outbox", sent=False), "conservation", "commits_are_said"),
    "the row says another thing": (row("routing.outbox", body_md5=b"x"), "conservation", "commits_are_said"),
    "the row has another head": (row("routing.outbox", head_md5=b"x"), "conservation", "commits_are_said"),
    "the outbox keeps tokens": (lambda story: _kept_tokens(story.evidence()), "leaks", "commits_are_said"),
    "a head above its rows": (row("routing.head", version=9), "gaps", "heads_are_highest"),
    "a version is missing": (also(_gap), "gaps", "versions_rise_by_one"),
    "a refusal names a person": (also(_refused_by_name), "leaks", "refused_are_no_leads"),
    "two versions are swapped": (also(_swap), "swaps", "versions_rise_by_one"),
    "one version, two events": (also(_version_twice), "doubled", "repeats_are_the_same"),
    "one event, two bodies": (also(_another_body_again), "conservation", "repeats_are_the_same"),
    "one event, two versions": (also(_same_event_again), "doubled", "events_are_one"),
    "a key in two partitions": (also(_elsewhere), "swaps", "records_are_in_their_place"),
    "a record without a head": (also(_headless), "parked", "records_are_in_their_place"),
    "a reader stopped early": (row("sla.reader_cursor", version=1), "lost", "cursors_are_at_the_end"),
    "a reader never heard of a key": (without("sla.reader_cursor"), "lost", "cursors_are_at_the_end"),
    "a reader is ahead": (row("sla.reader_cursor", version=9), "conservation", "cursors_are_at_the_end"),
    "a reader applied another event": (row("sla.reader_cursor", last_id="x"), "doubled", "cursors_are_at_the_end"),
    "a key is parked": (row("sla.reader_cursor", parked=True), "parked", "cursors_are_at_the_end"),
    "a position before the end": (row("sla.reader_position", next_offset=0), "lost", "positions_are_at_the_end"),
    "a fact is parked": (
        with_row("sla.parked", stream="leads", key="x", version=1, why="handler", error="ValueError"),
        "parked", "nothing_waits",
    ),
    "a record is unreadable": (
        with_row("sla.unreadable", topic="run.leads.v1", partition=1, offset=0, error="KeyError"),
        "parked", "nothing_waits",
    ),
    "a reader is paused": (row("sla.reader", state="paused"), "parked", "nothing_waits"),
    "a key is held": (row("routing.outbox", held=True), "parked", "nothing_waits"),
    "the journal lacks a fact": (without("reporting.journal"), "lost", "journal_is_complete"),
    "the journal says another thing": (row("reporting.journal", body_md5=b"x"), "state", "journal_is_complete"),
    "what was seen is gone": (_tail((900, ["x"])), "lost", "what_was_seen_stands"),
    "what was seen is another thing now": (_tail((0, ["x"])), "swaps", "what_was_seen_stands"),
    "the broker lost what a reader wanted next": (_reset, "lost", "what_was_seen_stands"),
    "a record was cut out of a log": (_cut, "lost", "offsets_have_no_holes"),
    "open files grow": (_growing(fds=0.5), "growth", "nothing_grows"),
    "memory grows": (_growing(rss=1_000_000), "growth", "nothing_grows"),
    "a timer vanished": (
        with_row("sla.timer_ledger", kind="warn", created=3, fired=1, cancelled=1),
        "conservation", "timers_are_conserved",
    ),
    "a replay changed a table": (
        seen(replayed={"records": 9, "before": {"sla.clock": "1 a"}, "after": {"sla.clock": "1 b"}}),
        "state", "replay_changes_nothing",
    ),
    "a word of a person in a file": (
        seen(canaries=[{"place": "logs/sla.log", "pattern": "canary 1 plain", "offset": 7}]), "leaks", "nothing_leaks",
    ),
    "a queue shows somebody else's lead": (
        seen(answers={"routing:queue/oona": {"leads": [{"lead": "x", "site": "elsewhere"}]}}),
        "leaks", "staff_see_their_sites",
    ),
    "a queue shows another site's lead": (
        seen(answers={"routing:queue/ines": {"leads": [{"lead": "x", "site": "fenside"}]}}),
        "leaks", "staff_see_their_sites",
    ),
    "a fault was not got over": (
        seen(faults=[{"what": "recovered", "fault": 1, "label": "kill relay", "seconds": None}]),
        "recovery", "faults_are_got_over",
    ),
    "work lay still": (
        seen(faults=[{"what": "stall", "role": "sla.relay", "of": "outbox", "mark": 1.0, "seconds": 95.0}]),
        "stalls", "nothing_stood_still",
    ),
    "SIGTERM took too long": (
        seen(faults=[{"what": "met", "fault": 1, "label": "terminate", "too_slow": True, "ended_s": 25.0}]),
        "stalls", "nothing_stood_still",
    ),
    "a process fell by itself": (
        seen(faults=[{"what": "ended", "at": 1.0, "who": "sla.tick", "code": -11, "asked": None, "point": None}]),
        "stalls", "nobody_ended_alone",
    ),
}  # fmt: skip
