"""The two forms of the loop: the bare one of numbers.md, and one that writes every row and record that Baton writes."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Hears:
    """One reader: what it writes for each new lead, and what it says about it.

    `ends`: a lead has come through when the clocks' and the reports' reader have its last record of this stream.
    """

    service: str
    stream: str
    tables: tuple[str, ...] = ()
    says: str | None = None
    loads: bool = False
    marks: bool = False
    journal: bool = False
    tally: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Shape:
    """One form of the loop."""

    accepts: tuple[str, ...]
    said: tuple[str, ...]
    """streams that intake says, in order"""
    relays: tuple[str, ...]
    readers: tuple[Hears, ...]
    heads: bool


BARE: Final = Shape(
    accepts=("intake.referral",),
    said=("referrals",),
    relays=("intake", "routing"),
    readers=(
        Hears("routing", "referrals", ("routing.lead", "routing.match_token"), says="leads", loads=True),
        Hears("sla", "leads", ("sla.timer",), ends=True),
        Hears("reporting", "leads", tally=True, ends=True),
    ),
    heads=False,
)
"""One record a hop, with all the bytes Baton says there; tokens, owner counters, timers, folded aggregates."""

WHOLE: Final = Shape(
    accepts=("intake.referral", "intake.vault", "intake.permission"),
    said=("referrals", "tokens"),
    relays=("intake", "routing", "sla"),
    readers=(
        Hears("routing", "referrals", ("routing.lead", "routing.assignment"), says="leads", loads=True),
        Hears("routing", "tokens", ("routing.match_token", "routing.first_holder")),
        Hears("routing", "alerts", marks=True),
        Hears("sla", "leads", ("sla.lead", "sla.clock", "sla.clock_interval", "sla.timer"), says="alerts", ends=True),
        Hears("reporting", "referrals", journal=True, tally=True),
        Hears("reporting", "leads", journal=True, tally=True, ends=True),
        Hears("reporting", "alerts", journal=True, tally=True),
    ),
    heads=True,
)
"""As many records, rows and readers as Baton has; still nothing is looked up, judged or decided."""
