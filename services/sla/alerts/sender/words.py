"""The words of an alert's mail: the study's code, the site, times, two links. No condition, nobody's name (S1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.vocabulary import Level
from services.chassis.pages.words import moment
from services.sla.alerts.rules import Alert
from services.sla.channels.rules import Letter

_SUBJECTS: Final = {
    Level.WARNING: "{code}: a lead is waiting for a first call",
    Level.BREACH: "{code}: the first call to a lead is late",
}
_OPENINGS: Final = {
    Level.WARNING: "A lead of study {code} at {site} is waiting for its first call.",
    Level.BREACH: "The first call to a lead of study {code} at {site} is late. No attempt is recorded yet.",
}
_DUE: Final = {Level.WARNING: "First call due", Level.BREACH: "It was due"}

_UNCONFIRMED: Final = (
    "Unconfirmed: Baton could not hear from the service that records attempts. If the call was made, nothing is to be\n"
    "done; this alert is withdrawn as soon as Baton hears of it."
)
_TEST: Final = "This is a test referral. It proves that alerts reach you, and counts nowhere."
_NOBODYS: Final = "Nobody owns this lead yet, so the alert comes to you."


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter says besides its alert."""

    code: str
    """the study's"""
    site: str
    """its name"""
    zone: str
    waiting_since: datetime
    due_at: datetime
    owned: bool
    lead_link: str
    acknowledge_link: str


def letter(alert: Alert, facts: Facts, *, to: str) -> Letter:
    """The mail that tells its recipient; the same id at every try."""
    code = facts.code
    test = "Test, " if alert.is_test else ""
    notes = [
        note
        for note, holds in (
            (_TEST, alert.is_test),
            (_UNCONFIRMED, alert.unconfirmed),
            (_NOBODYS, not facts.owned),
        )
        if holds
    ]
    parts = [
        _OPENINGS[alert.level].format(code=code, site=facts.site),
        *notes,
        f"Waiting since: {moment(facts.waiting_since, facts.zone)}\n"
        f"{_DUE[alert.level]}: {moment(facts.due_at, facts.zone)}",
        f"The lead:\n{facts.lead_link}",
        f"Say that you have seen this alert (opening the page changes nothing, its button does):\n"
        f"{facts.acknowledge_link}",
        "It ends by itself once an attempt is recorded, or the lead is closed or given to somebody else.",
    ]
    return Letter(
        id=f"{alert.id}.{alert.staff}",
        to=to,
        subject=test + _SUBJECTS[alert.level].format(code=code),
        text="\n\n".join(parts) + "\n",
    )
