"""Raising and clearing what holds a lead up (R30, R45; lifecycle.md, "blockers")."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from contracts.leads.facts import BlockerCleared, BlockerRaised
from contracts.vocabulary import BlockerKind, Resolver
from services.routing.leads.rules import say
from services.routing.leads.rules.lead import Blocker, Lead
from services.routing.leads.rules.moves import Actor, Move, Refused, not_yours

RESOLVERS: Final = {
    BlockerKind.AWAITING_RECORDS: Resolver.RECORDS_HOLDER,
    BlockerKind.AWAITING_PERSON: Resolver.PERSON,
    BlockerKind.AWAITING_CALLBACK: Resolver.PERSON,
    BlockerKind.AWAITING_STUDY_TEAM: Resolver.STUDY_TEAM,
    BlockerKind.AWAITING_SPONSOR: Resolver.SPONSOR,
    BlockerKind.AWAITING_PARTNER: Resolver.PARTNER,
    BlockerKind.NO_SLOT: Resolver.SITE_LEAD,
    BlockerKind.CAPACITY: Resolver.SITE_LEAD,
    BlockerKind.DUPLICATE_UNDER_REVIEW: Resolver.SITE_LEAD,
    BlockerKind.LANGUAGE_OR_INTERPRETER: Resolver.OWNER,
    BlockerKind.TRANSPORT: Resolver.OWNER,
    BlockerKind.NEEDS_REPRESENTATIVE: Resolver.OWNER,
    BlockerKind.CONTACT_PERMISSION_MISSING: Resolver.PERSON,
}
"""Who resolves each kind a person may raise; `system` is raised by the system alone."""


def raise_blocker(
    lead: Lead, kind: BlockerKind, until: datetime | None, actor: Actor, *, at: datetime
) -> Move | Refused:
    """The lead with this blocker; an agreed callback needs its time."""
    if refused := not_yours(lead, actor):
        return refused
    if kind not in RESOLVERS:
        return Refused("blocker_not_yours", "Only the system raises this blocker.", tuple(k.value for k in RESOLVERS))
    if kind in {blocker.kind for blocker in lead.blockers}:
        return Refused("blocker_stands", "This blocker stands already.", ("clear it",))
    if kind is BlockerKind.AWAITING_CALLBACK and until is None:
        return Refused("until_missing", "An agreed callback needs its time.", ("say until",))
    blocker = Blocker(kind, RESOLVERS[kind], at, until)
    fact = BlockerRaised(**say.whose(lead), kind=kind, resolver=blocker.resolver, until=until)
    return Move(replace(lead, blockers=(*lead.blockers, blocker)), (fact,))


def clear_blocker(lead: Lead, kind: BlockerKind, actor: Actor) -> Move | Refused:
    """The lead without it."""
    if refused := not_yours(lead, actor):
        return refused
    left = tuple(blocker for blocker in lead.blockers if blocker.kind is not kind)
    if len(left) == len(lead.blockers):
        stands = tuple(blocker.kind.value for blocker in lead.blockers)
        return Refused("blocker_unknown", "No such blocker stands.", stands)
    return Move(replace(lead, blockers=left), (BlockerCleared(**say.whose(lead), kind=kind),))
