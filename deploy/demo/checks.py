"""What a run has to show. One that does not hold makes the demo fail, and says which."""

from collections import Counter
from collections.abc import Sequence

from deploy.demo.deliveries import ACCEPTED
from deploy.demo.figures import Alerts, Check, Law, Room, Site
from deploy.demo.pairs import Found
from deploy.demo.partners import Answered
from deploy.demo.sponsors import Summary


def door_checks(answers: Sequence[Answered]) -> list[Check]:
    """Each delivery was answered as the plan says it must be; a repeated one as the first time, with one lead."""
    wrong = Counter(
        f"{one.delivery.expects} -> {one.meaning}" for one in answers if one.meaning != one.delivery.expects
    )
    told = ", ".join(f"{what} ({n})" for what, n in wrong.most_common(4))
    repeats = [one for one in answers if one.same_again is not None]
    differ = sum(not one.same_again for one in repeats)
    leads = [one.lead for one in answers if one.meaning == ACCEPTED]
    return [
        Check("every referral is answered as it must be", not wrong, told or f"{len(answers)} answers"),
        Check("sent again with its key: the same answer", not differ, f"{len(repeats)} sent twice, {differ} differ"),
        Check("every accepted referral is a lead of its own", len(set(leads)) == len(leads), f"{len(leads)} leads"),
    ]


def desk_checks(sites: Sequence[Site], room: Room) -> list[Check]:
    """Nobody has more than their room; who waits, waits at a site that is full."""
    over = [label for site in sites for label, load, most in site.owners if load > most]
    idle = [one.name for one in sites if one.waiting and any(load < most for _, load, most in one.owners)]
    total = sum(one.open + one.waiting + one.closed + one.duplicates - one.accepted for one in sites)
    return [
        Check("nobody has more open leads than their room", not over, ", ".join(over) or "0 over"),
        Check("who waits, waits where all are full", not idle, ", ".join(idle) or f"{room.now} wait"),
        Check("every accepted referral is owned, waiting, closed or a duplicate", total == 0, f"{total:+d}"),
    ]


def duplicate_checks(found: Found) -> list[Check]:
    """Two people are never linked by themselves; people who kept phone or mail are found."""
    return [
        Check("no two people are linked", found.false == 0, f"{found.false} false pairs"),
        Check("duplicates are found", found.true == 0 or found.found > 0, f"{found.found} of {found.true} pairs"),
    ]


def alert_checks(alerts: Alerts, left_alone: int, acknowledged: int) -> list[Check]:
    """Every alert was told or withdrawn; every mail read was acknowledged or left on purpose."""
    raised = sum(alerts.raised.values())
    open_ones = raised - alerts.delivered - alerts.failed
    return [
        Check("alerts were raised, told and seen", min(raised, alerts.delivered, acknowledged) > 0, f"{raised} raised"),
        Check("no alert failed", alerts.failed == 0, f"{alerts.failed} failed"),
        Check("every delivered alert is a letter", alerts.letters == alerts.delivered, f"{alerts.letters} letters"),
        Check("what was not told was withdrawn", 0 <= open_ones <= alerts.withdrawn, f"{open_ones} not told"),
        Check(
            "what was acknowledged is a fact", alerts.acknowledged == acknowledged,
            f"{acknowledged} pressed, {alerts.acknowledged} recorded, {left_alone} left alone",
        ),
    ]  # fmt: skip


def report_checks(summaries: Sequence[Summary], accepted: int) -> list[Check]:
    """No small count is shown to a sponsor, something is withheld, and reports say up to when they are complete."""
    small = [path for one in summaries for path in one.small]
    withheld, shown = sum(one.withheld for one in summaries), sum(one.shown for one in summaries)
    undated = [one.study for one in summaries if not one.body.get("complete_up_to")]
    return [
        Check("no count of 1 to 10 is shown to a sponsor", not small, ", ".join(small[:3]) or f"{shown} cells shown"),
        Check("small cells are withheld", withheld > 0 or not accepted, f"{withheld} cells withheld"),
        Check("summaries say up to when they are complete", not undated, ", ".join(undated) or "all do"),
    ]


def law_checks(laws: Sequence[Law]) -> list[Check]:
    """Doctor found nothing."""
    broken = [law.law for law in laws if law.broken]
    return [Check("doctor finds every law kept", not broken, "; ".join(broken) or f"{len(laws)} laws")]
