"""sla and routing: every open lead is owned once, by the topics and by the tables that were set back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.laws.owners import NEVER_OVER, owned
from tests.faults.checker.laws.rows import both_ways, by
from tests.faults.checker.models.folded import Folded, folded
from tests.faults.checker.restored.case import Case

LAW: Final = "every open lead is owned once after a restore"
GROUP: Final = "owners"


def owned_on_the_topics(case: Case) -> Iterator[Breach]:
    """One owner, or a named exception, by all facts of the lead, those said twice among them."""
    for lead in folded(case.evidence).routing.leads.values():
        yield from owned(lead)


def owned_in_routing(case: Case) -> Iterator[Breach]:
    """routing's rows: every lead that came in is there; an open one has one owner, the one the topics name."""
    model = folded(case.evidence)
    rows = {row["id"]: row for row in case.evidence.tables["routing.lead"]}
    for key in model.routing.received.keys() ^ rows.keys():
        yield Breach(LAW, "lost" if key not in rows else "state", key, "routing and `referrals` disagree on it")
    for key, row in rows.items():
        if row["closed_at"] is None:
            yield from _row(key, row, model)
    yield from _counters(case, model)


def _row(key: str, row: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    if (row["owner"] is not None) + (row["waiting"] is not None) + (row["duplicate_of"] is not None) == 0:
        yield Breach(LAW, GROUP, key, "routing has it without an owner, and it is no exception")
    if row["owner"] is not None and row["waiting"] is not None:
        yield Breach(LAW, GROUP, key, f"routing has it owned by {row['owner']} and waiting for {row['waiting']}")
    lead = model.routing.leads.get(key)
    if lead is not None and lead.duplicate_of != row["duplicate_of"]:
        says = f"routing has it under {row['duplicate_of']}, the topics have it under {lead.duplicate_of}"
        yield Breach(LAW, GROUP, key, says)
    if lead is not None and lead.open and lead.owner != row["owner"]:
        yield Breach(LAW, GROUP, key, f"routing has {row['owner']} as its owner, the topics have {lead.owner}")


def _counters(case: Case, model: Folded) -> Iterator[Breach]:
    """The places that are taken are those of the rows."""
    rows = case.evidence.tables["routing.lead"]
    taken = Counter(
        row["owner"]
        for row in rows
        if row["owner"] and row["closed_at"] is None and row["duplicate_of"] is None and not row["is_test"]
    )
    for row in case.evidence.tables["routing.staff_load"]:
        if row["open"] != taken[row["staff"]]:
            yield Breach(LAW, GROUP, row["staff"], f"{row['open']} places taken, the rows say {taken[row['staff']]}")
        if row["open"] > row["hard"]:
            yield Breach(NEVER_OVER, GROUP, row["staff"], f"{row['open']} open, {row['hard']} at most")


def owned_in_sla(case: Case) -> Iterator[Breach]:
    """sla's rows: every lead, with the owner and version of the topics; open alerts are for who is accountable."""
    model = folded(case.evidence)
    leads = model.clocks.leads
    names = ("owner", "attempted", "closed", "duplicate", "version")

    def must(key: Any) -> dict[str, Any]:
        return {name: getattr(leads[key], name) for name in names}

    yield from both_ways(LAW, GROUP, "sla.lead", leads, must, by(case.evidence.tables["sla.lead"], "id"))
    for row in case.evidence.tables["sla.alert"]:
        if row["resolved_at"] is None and (lead := leads.get(row["lead"])) is not None:
            accountable = {lead.owner} if lead.owner is not None else model.network.stand_ins(lead.site)
            if lead.running is None:
                yield Breach(LAW, "state", lead.id, f"{row['level']} to {row['staff']} is open, the lead was answered")
            elif row["staff"] not in accountable:
                yield Breach(LAW, GROUP, lead.id, f"an alert is with {row['staff']}, not {sorted(accountable)}")
