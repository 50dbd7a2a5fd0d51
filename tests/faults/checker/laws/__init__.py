"""Every law, as a function from the evidence to what does not hold."""

from collections.abc import Callable, Iterator

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws import (
    accepted,
    acts,
    alerts,
    both_ways,
    doors,
    duplicates,
    faulted,
    growth,
    leaks,
    owners,
    readers,
    refusals,
    replayed,
    reports,
    seen,
    states,
    timers,
    unclaimed,
    versions,
    whole,
)

Law = Callable[[Evidence], Iterator[Breach]]

ALWAYS: tuple[Law, ...] = (
    accepted.accepted_are_there,
    accepted.answers_agree,
    accepted.answers_are_expected,
    unclaimed.nothing_else_came_in,
    refusals.each_refusal_said_once,
    refusals.refused_are_no_leads,
    versions.versions_rise_by_one,
    versions.repeats_are_the_same,
    versions.events_are_one,
    versions.records_are_in_their_place,
    seen.what_was_seen_stands,
    seen.offsets_have_no_holes,
    readers.cursors_are_at_the_end,
    readers.positions_are_at_the_end,
    readers.nothing_waits,
    readers.journal_is_complete,
    timers.timers_are_conserved,
)
"""What holds even where a database was set back: the topics never are, and every reader catches up."""

DELIVERY: tuple[Law, ...] = (
    *ALWAYS,
    whole.leads_are_whole,
    whole.handed_over_once,
    acts.acts_are_done_once,
    acts.acknowledgements_are_kept,
    both_ways.commits_are_said,
    both_ways.sayings_are_committed,
    both_ways.heads_are_highest,
    leaks.nothing_leaks,
    doors.staff_see_their_sites,
)
"""What is promised about delivery (P1-P7), by the topics, the tables and the history alone."""

RUN: tuple[Law, ...] = (
    replayed.replay_changes_nothing,
    faulted.faults_are_got_over,
    faulted.nothing_stood_still,
    faulted.nobody_ended_alone,
    growth.nothing_grows,
)
"""What is promised about the processes of a run (P6, P12-P14, P17)."""

MODELS: tuple[Law, ...] = (owners.law, duplicates.law, alerts.law, reports.law, states.law)
"""What each service must hold by a model folded over the topics (P8-P11)."""

LAWS: tuple[Law, ...] = (*DELIVERY, *RUN, *MODELS)
"""All of them."""
