"""Each service's state is what the model says: every row of routing and sla, both ways (P5, P6, P7)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws import copies, states_sla
from tests.faults.checker.laws.poisoned import poisoned
from tests.faults.checker.laws.rows import Around, OneOf, around, both_ways, by
from tests.faults.checker.models.facts import moment
from tests.faults.checker.models.folded import Folded, folded
from tests.faults.checker.models.lead import Blocker, Lead
from tests.faults.checker.models.routing import FOLLOWS, Mark, Received

LAW: Final = "a service's state is what the topics say"
HEALED: Final = "a healed lead ends as an unpoisoned twin"


class Blocked:
    """The blockers that must stand, in any order."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, stand: Mapping[str, Blocker]) -> None:
        self._stand = stand

    def __eq__(self, other: object) -> bool:
        told = {one["kind"]: one for one in other} if isinstance(other, list) else {}
        return told.keys() == self._stand.keys() and all(_equal(one, told[kind]) for kind, one in self._stand.items())

    def __repr__(self) -> str:
        return f"{sorted(self._stand)} as they were raised"


def _equal(must: Blocker, told: Mapping[str, Any]) -> bool:
    until = told.get("until")
    same = (must.resolver, must.until) == (told["resolver"], moment(until) if until else None)
    return same and Around(must.since) == moment(told["since"])


def law(evidence: Evidence) -> Iterator[Breach]:
    """All of it; a spoiled and healed lead that ends otherwise than its topic says is named apart."""
    spoiled = poisoned(evidence)
    for breach in _state(evidence, folded(evidence), spoiled):
        if breach.key.partition("/")[0] in spoiled:
            yield replace(breach, law=HEALED, group="parked")
        else:
            yield breach


def _state(evidence: Evidence, model: Folded, spoiled: frozenset[str]) -> Iterator[Breach]:
    tables = evidence.tables
    yield from _leads(tables, model)
    yield from _versions(tables, model, spoiled)
    yield from _assignments(tables, model)
    yield from _tokens(tables, model)
    for row in tables["routing.early_mark"]:
        yield Breach(LAW, "state", row["lead"], "routing.early_mark keeps a mark of a lead that is open, or is none")
    yield from states_sla.law(tables, model)
    yield from copies.law(tables, model)


def _leads(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    routing = model.routing
    for key in routing.received.keys() - routing.leads.keys():
        yield Breach(LAW, "state", key, "it was accepted, and routing said nothing of it")
    for key in routing.leads.keys() - routing.received.keys():
        yield Breach(LAW, "state", key, "routing says things of a lead that was never accepted")
    both = [key for key, lead in routing.leads.items() if lead.opened is not None and key in routing.received]
    found = by(tables["routing.lead"], "id")
    yield from both_ways(LAW, "state", "routing.lead", set(both), partial(_whole, model), found)


def _whole(model: Folded, key: str) -> dict[str, Any]:
    routing = model.routing
    mark = routing.marks.get(key, Mark())
    return _row(routing.leads[key], model) | _as_received(routing.received[key]) | _marked(mark)


def _versions(tables: Mapping[str, Any], model: Folded, spoiled: frozenset[str]) -> Iterator[Breach]:
    """What a command's If-Match names goes up by one with each transaction that says something of the lead; parking
    and healing, of which nothing is said, raise it too.
    """
    for row in tables["routing.lead"]:
        lead = model.routing.leads.get(row["id"])
        moves = len(lead.moves) if lead else 0
        if lead and (row["version"] < moves or (row["version"] > moves and lead.id not in spoiled)):
            says = f"routing.lead: version {row['version']}, and {moves} transactions said something of it"
            yield Breach(LAW, "state", lead.id, says)


def _row(lead: Lead, model: Folded) -> dict[str, Any]:
    step = lead.next_step or (None, None, None)
    return {
        "shard": lead.partition, "opened_at": around(lead.opened_at), "stage": lead.stage, "status": lead.status,
        "milestones": lead.milestones, "owner": lead.owner, "backup": lead.backup, "pool": _pool(lead, model),
        "waiting": lead.waiting, "waiting_since": around(lead.waiting_since), "checked": lead.checked,
        "duplicate_of": lead.duplicate_of, "attempts": len(lead.attempts), "blockers": Blocked(lead.blockers),
        "next_action": step[0], "next_who": step[1], "next_due": step[2], "close_reason": lead.close_reason,
        "closed_at": around(lead.closed_at), "parked": False,
    }  # fmt: skip


def _pool(lead: Lead, model: Folded) -> Any:
    """A waiting lead names the pool it waits for; before its route was known it could name none."""
    if lead.owner is not None or lead.opened is None:
        return lead.pool
    awaited = model.network.pool_of(lead.opened[0])
    return OneOf((lead.pool, awaited, None)) if lead.duplicate_of is None else OneOf((lead.pool, awaited))


def _as_received(said: Received) -> dict[str, Any]:
    names = (
        "study", "site", "partner", "route", "channel", "priority", "material", "material_version",
        "material_superseded", "permission_wording", "stated_interest", "contact_is", "language", "received_at",
        "is_test",
    )  # fmt: skip
    return {name: getattr(said, name) for name in names} | {"permitted": list(said.permitted)}


def _marked(mark: Mark) -> dict[str, Any]:
    names = ("deadline_at", "deadline_state", "alert_level", "alert_acknowledged")
    return {name: getattr(mark, name) for name in names}


def _assignments(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    """Why each owner was chosen is kept once for each that was said; a duplicate follows without a choice."""
    names = ("lead", "owner", "backup", "pool", "reason", "load", "capacity", "candidates")
    said = Counter(
        tuple(getattr(one, name) for name in names) for one in model.routing.assignments if one.reason != FOLLOWS
    )
    kept = Counter(tuple(row[name] for name in names) for row in tables["routing.assignment"])
    for one in sorted((said - kept).keys() | (kept - said).keys()):
        says = f"routing.assignment: {one[1]} ({one[4]}) is said {said[one]} times and kept {kept[one]} times"
        yield Breach(LAW, "state", str(one[0]), says)


def _tokens(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    columns = ("study", "site", "is_test", "kind", "key_version", "value")
    kept: dict[str, set[tuple[Any, ...]]] = {}
    for row in tables["routing.match_token"]:
        kept.setdefault(row["lead"], set()).add(tuple(row[name] for name in columns))
    for lead, tokens in model.tokens.of_lead.items():
        if kept.pop(lead, set()) != tokens:
            yield Breach(LAW, "state", lead, "routing.match_token holds other tokens than were said")
    for lead in kept:
        yield Breach(LAW, "state", lead, "routing.match_token holds tokens that nobody said")
    holders = model.tokens.holders()
    first = {tuple(row[name] for name in columns): row["lead"] for row in tables["routing.first_holder"]}
    for token in holders.keys() | first.keys():
        if first.get(token) not in holders.get(token, ()):
            says = f"routing.first_holder of a {token[3]} is not one who has it"
            yield Breach(LAW, "state", str(first.get(token)), says)
