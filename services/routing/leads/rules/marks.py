"""What sla says about a lead, as the queue shows it."""

from collections.abc import Iterable
from dataclasses import replace

from contracts.alerts.facts import (
    AlertAcknowledged,
    AlertRaised,
    AlertResolved,
    DeadlineEnded,
    DeadlineMissed,
    DeadlineSet,
    DeadlineWarned,
)
from contracts.envelope import FactBody
from services.routing.leads.rules.lead import Lead, Mark


def marked(lead: Lead, said: Iterable[FactBody]) -> Lead:
    """The lead after these facts of its alerts stream, in order."""
    return replace(lead, mark=mark_after(lead.mark, said))


def mark_after(mark: Mark, said: Iterable[FactBody]) -> Mark:
    """The same for a lead that is not open here yet."""
    for body in said:
        mark = _after(mark, body)
    return mark


def _after(mark: Mark, body: FactBody) -> Mark:
    match body:
        case DeadlineSet():
            return replace(mark, deadline_at=body.breach_at, deadline_state="running")
        case DeadlineWarned():
            return replace(mark, deadline_state="warned")
        case DeadlineMissed():
            return replace(mark, deadline_state="missed")
        case DeadlineEnded():
            return replace(mark, deadline_at=None, deadline_state=None)
        case AlertRaised():
            return replace(mark, alert_level=body.level.value, alert_acknowledged=False)
        case AlertAcknowledged():
            return replace(mark, alert_acknowledged=True)
        case AlertResolved():
            return replace(mark, alert_level=None, alert_acknowledged=False)
        case _:
            return mark
