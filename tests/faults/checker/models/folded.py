"""Everything folded, once for all laws: each topic is gone through one time."""

import weakref
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Final

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.models.facts import Fact, in_order, moment
from tests.faults.checker.models.network import Network
from tests.faults.checker.models.reporting import Recount
from tests.faults.checker.models.routing import Routing
from tests.faults.checker.models.said import Said
from tests.faults.checker.models.sla import Clocks
from tests.faults.checker.models.tokens import Tokens
from tests.faults.checker.models.watermarks import Watermarks


@dataclass
class Folded:
    """The models of one run."""

    network: Network
    items: dict[str, Fact] = field(default_factory=dict)
    """the newest fact of each key on the network stream"""
    tokens: Tokens = field(default_factory=Tokens)
    routing: Routing = field(default_factory=Routing)
    clocks: Clocks = field(default_factory=Clocks)
    said: Said = field(default_factory=Said)
    recount: Recount = field(default_factory=Recount)
    watermarks: Watermarks = field(default_factory=Watermarks)
    last: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """the latest time any fact carries or a watermark reached"""
    places: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    """staff -> open leads that take a place, and when one was last closed"""
    under: dict[str, list[str]] = field(default_factory=dict)
    """primary -> its duplicates"""


_KEPT: Final[dict[int, Folded]] = {}


def folded(evidence: Evidence) -> Folded:
    """The models of this evidence; made at the first call, kept as long as the evidence."""
    number = id(evidence)
    if number not in _KEPT:
        _KEPT[number] = fold(evidence)
        weakref.finalize(evidence, _KEPT.pop, number, None)
    return _KEPT[number]


def fold(evidence: Evidence) -> Folded:
    """Go through every topic."""
    made, records = Folded(Network.of(evidence.world.network)), evidence.records
    for fact in in_order(records.get("network", ())):
        made.items[fact.key] = fact
        made.recount.add(fact)
    for fact in in_order(records.get("tokens", ())):
        made.tokens.on_tokens(fact)
    for fact in in_order(records.get("referrals", ())):
        made.routing.on_referral(fact)
        made.recount.add(fact)
        made.last = max(made.last, fact.time)
    for fact in in_order(records.get("leads", ())):
        made.routing.on_lead(fact)
        made.clocks.on_lead(fact, moment(fact.body["received_at"]) if fact.type == "LeadOpened" else None)
        made.recount.add(fact)
        made.last = max(made.last, fact.time)
    for fact in in_order(records.get("alerts", ())):
        made.routing.on_alert(fact)
        made.said.on_alert(fact)
        made.recount.add(fact)
        made.last = max(made.last, fact.time)
    made.routing.settle()
    made.watermarks.fold(records.get("watermarks", ()))
    made.last = max([made.last, *made.watermarks.at.values()])
    made.places, made.under = _places(made.routing), _under(made.routing)
    return made


def _places(routing: Routing) -> dict[str, tuple[int, datetime | None]]:
    taken = Counter(lead.owner for lead in routing.leads.values() if lead.owner is not None and lead.counts)
    freed: dict[str, float] = {}
    for stay in routing.stays:
        if stay.until != inf:
            freed[stay.owner] = max(freed.get(stay.owner, stay.until), stay.until)
    times = {name: datetime.fromtimestamp(at, UTC) for name, at in freed.items()}
    return {name: (taken[name], times.get(name)) for name in taken.keys() | times.keys()}


def _under(routing: Routing) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for lead in routing.leads.values():
        if lead.duplicate_of is not None:
            found.setdefault(lead.duplicate_of, []).append(lead.id)
    return found
