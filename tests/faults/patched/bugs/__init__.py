"""The planted bugs: textbook mistakes that the checker has to catch, each with the schedule that exposes it."""

from typing import Final

from tests.faults.patched.bugs import (
    auto_commit,
    dead_letter,
    do_nothing_on_assignment,
    id_before_lock,
    id_cursor_relay,
    newer_is_due,
    no_cursor_check,
    no_timer_recheck,
    no_watermark_rule,
    phone_in_a_fact,
    position_before_effect,
    publish_before_commit,
    set_for_set_local,
    skip_locked_relays,
    tally_outside,
    transaction_id_fence,
)
from tests.faults.patched.bugs.bug import Bug

_READERS: Final = ("routing.consume",)
_ROUTING_WRITES: Final = ("routing.api", "routing.consume", "routing.tick")

_ALL: Final = (
    Bug(
        "auto_commit",
        "the client commits offsets by itself, and the reader starts from them",
        _READERS,
        frozenset({"lost", "state"}),
        "reader_killed_while_it_waits",
        auto_commit.plant,
    ),
    Bug(
        "id_cursor_relay",
        "the relay polls what is above the highest id it has sent",
        ("routing.relay",),
        frozenset({"lost", "gaps"}),
        "writer_stopped_before_commit",
        id_cursor_relay.plant,
    ),
    Bug(
        "transaction_id_fence",
        "the relay sends in the order of transaction ids, below the oldest open one",
        ("routing.relay",),
        frozenset({"swaps"}),
        "writer_stopped_before_it_writes",
        transaction_id_fence.plant,
    ),
    Bug(
        "skip_locked_relays",
        "relays share an outbox by skip locked, without leases",
        ("routing.relay",),
        frozenset({"swaps"}),
        "one_of_two_relays_stopped",
        skip_locked_relays.plant,
    ),
    Bug(
        "id_before_lock",
        "outbox ids are drawn before the locks",
        _ROUTING_WRITES,
        frozenset({"swaps"}),
        "writer_stopped_before_it_writes",
        id_before_lock.plant,
    ),
    Bug(
        "no_cursor_check",
        "the reader applies whatever comes",
        _READERS,
        frozenset({"doubled", "state", "owners"}),
        "relay_killed_before_mark",
        no_cursor_check.plant,
    ),
    Bug(
        "newer_is_due",
        "the reader applies any newer version, not only the next",
        ("reporting.consume", "cli.parked"),
        frozenset({"lost", "state", "aggregates", "parked"}),
        "poisoned_and_mended",
        newer_is_due.plant,
    ),
    Bug(
        "position_before_effect",
        "the position is committed before the effect",
        _READERS,
        frozenset({"lost", "state"}),
        "reader_killed_before_handlers",
        position_before_effect.plant,
    ),
    Bug(
        "publish_before_commit",
        "facts are published before the transaction commits",
        ("intake.api",),
        frozenset({"lost", "doubled", "state"}),
        "writer_killed_before_commit",
        publish_before_commit.plant,
    ),
    Bug(
        "dead_letter",
        "what cannot be applied is put aside, and its key goes on",
        ("reporting.consume", "cli.parked"),
        frozenset({"lost", "state", "aggregates", "parked"}),
        "poisoned_and_mended",
        dead_letter.plant,
    ),
    Bug(
        "no_timer_recheck",
        "a timer fires as it was seen before its lead was locked",
        ("sla.tick",),
        frozenset({"early", "state", "conservation"}),
        "ticker_stopped_after_its_look",
        no_timer_recheck.plant,
    ),
    Bug(
        "no_watermark_rule",
        "a timer fires when it is due, whatever is still unheard",
        ("sla.tick",),
        frozenset({"early"}),
        "answer_given_and_not_heard",
        no_watermark_rule.plant,
    ),
    Bug(
        "do_nothing_on_assignment",
        "two placers of one lead are kept apart by `do nothing`",
        _ROUTING_WRITES,
        frozenset({"owners", "state", "doubled"}),
        "drained_twice",
        do_nothing_on_assignment.plant,
    ),
    Bug(
        "tally_outside",
        "count = count + 1 outside the cursor's transaction",
        ("reporting.consume",),
        frozenset({"aggregates"}),
        "report_killed_before_offset",
        tally_outside.plant,
    ),
    Bug(
        "set_for_set_local",
        "a caller's scope stays on the pooled connection",
        ("routing.api",),
        frozenset({"leaks", "state"}),
        "outsider_looks",
        set_for_set_local.plant,
    ),
    Bug(
        "phone_in_a_fact",
        "the person's phone number is in the fact",
        ("intake.api",),
        frozenset({"leaks"}),
        "nothing_happens",
        phone_in_a_fact.plant,
    ),
)

BUGS: Final[dict[str, Bug]] = {bug.name: bug for bug in _ALL}
