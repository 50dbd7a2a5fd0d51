"""Leads of one person at one site of one study: all are found, all stand under one primary, nobody else does (R14)."""

from collections.abc import Iterator
from typing import Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.models.folded import Folded, folded
from tests.faults.checker.models.lead import Lead
from tests.faults.checker.models.tokens import Token
from tests.faults.checker.operations import operations

GROUP: Final = "owners"
ONE_PRIMARY: Final = "one primary among duplicates"
FOUND: Final = "true duplicates are found"


def law(evidence: Evidence) -> Iterator[Breach]:
    """All of it."""
    model = folded(evidence)
    yield from _same_people(evidence, model)
    for token, leads in model.tokens.groups():
        yield from _found(token, leads, model)
    for lead in model.routing.leads.values():
        yield from _linked(lead, model)


def _same_people(evidence: Evidence, model: Folded) -> Iterator[Breach]:
    """By the history alone: who was referred twice must have tokens that say so, else nothing could be found."""
    people: dict[tuple[int, str, str], str] = {}
    seen: set[str] = set()
    for one in operations(evidence.history, "refer"):
        if one.lead is None or one.lead in seen or one.lead not in model.tokens.of_lead:
            continue
        seen.add(one.lead)
        who = (one.asked["person"], one.asked["study"], one.asked["site"])
        other = people.setdefault(who, one.lead)
        if other != one.lead and not model.tokens.strong(one.lead) & model.tokens.strong(other):
            yield Breach(FOUND, GROUP, one.lead, f"the same person as {other}, and no strong token is equal")


def _found(token: Token, leads: list[str], model: Folded) -> Iterator[Breach]:
    """Of those who have one strong token, all but one are duplicates."""
    known = [model.routing.leads[lead] for lead in leads if lead in model.routing.leads]
    free = [lead for lead in known if lead.duplicate_of is None and not _left_unchecked(lead)]
    if len(free) > 1:
        first, *others = sorted(lead.id for lead in free)
        for other in others:
            yield Breach(FOUND, GROUP, other, f"the same {token[3]} as {first}, and neither stands under another lead")
    if known and not any(lead.duplicate_of is None for lead in known):
        yield from _rooted_elsewhere(token, known, model)


def _rooted_elsewhere(token: Token, known: list[Lead], model: Folded) -> Iterator[Breach]:
    """All of them are duplicates: then of somebody who shares another strong token with one of them."""
    for lead in known:
        root = model.routing.leads.get(lead.duplicate_of or "")
        if root is None or root.duplicate_of is not None:
            yield Breach(ONE_PRIMARY, GROUP, lead.id, f"no lead with this {token[3]} is a primary")


def _left_unchecked(lead: Lead) -> bool:
    """Closed before its tokens came: nothing is compared any more."""
    return not lead.open and lead.checked in (None, "pending")


def _linked(lead: Lead, model: Folded) -> Iterator[Breach]:
    if lead.duplicate_of is None:
        if lead.checked == "confirmed":
            yield Breach(ONE_PRIMARY, GROUP, lead.id, "a confirmed duplicate of nobody")
        return
    if lead.duplicate_of == lead.id:
        yield Breach(ONE_PRIMARY, GROUP, lead.id, "it stands under itself")
        return
    primary = model.routing.leads.get(lead.duplicate_of)
    if primary is None:
        yield Breach(ONE_PRIMARY, GROUP, lead.id, f"its primary {lead.duplicate_of} is no lead")
        return
    if primary.duplicate_of is not None:
        yield Breach(ONE_PRIMARY, GROUP, lead.id, f"its primary {primary.id} is a duplicate itself")
    if not _alike(lead.id, primary.id, model):
        yield Breach(ONE_PRIMARY, GROUP, lead.id, f"it has no strong token of {primary.id}, nor of a duplicate of it")
    if lead.open and primary.owner is not None and (lead.owner, lead.backup) != (primary.owner, primary.backup):
        says = f"owned by {lead.owner}, its primary by {primary.owner}"
        yield Breach("a duplicate has its primary's owner", GROUP, lead.id, says)


def _alike(lead: str, primary: str, model: Folded) -> bool:
    """Directly, or through another lead that stands under the same primary."""
    mine = model.tokens.strong(lead)
    if mine & model.tokens.strong(primary):
        return True
    return any(mine & model.tokens.strong(one) for one in model.under.get(primary, ()) if one != lead)
