"""Placing leads: checked for duplicates, then owned, or visibly waiting. Many leads, one pass, all on values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.envelope import FactBody
from contracts.network.facts import PoolDefined, RouteDefined
from contracts.vocabulary import AssignReason, DuplicateCheck, Milestone, NextAction, Resolver, WaitingReason
from services.routing.assignment.rules import Choice, Turns, choose_owner, taken
from services.routing.duplicates.rules.judging import Match, judge
from services.routing.leads.rules import say
from services.routing.leads.rules.lead import Lead
from services.routing.leads.rules.withdrawing import was_taken_back
from services.routing.staff.rules import Load

FIRST_CALL_WITHIN: Final = timedelta(hours=1)
"""what the queue shows as due until sla has said the policy's own deadline"""

FORGOTTEN_AFTER: Final = timedelta(days=90)
"""an earlier lead closed longer ago is another inquiry (lifecycle.md, "returning person")"""


@dataclass
class Desk:
    """Everything some leads need to be placed, loaded and locked; decisions are collected as they are made."""

    leads: dict[UUID, Lead]
    earlier: Mapping[UUID, Lead] = field(default_factory=dict)
    """the leads that matches name, as far as they are open here"""
    matches: Mapping[UUID, Sequence[Match]] = field(default_factory=dict)
    routes: Mapping[str, RouteDefined] = field(default_factory=dict)
    pools: Mapping[str, PoolDefined] = field(default_factory=dict)
    loads: dict[str, Load] = field(default_factory=dict)
    choices: dict[UUID, Choice] = field(default_factory=dict)
    said_before: frozenset[UUID] = frozenset()
    """leads of which more was said than is known here, since the database was restored to an earlier copy"""
    _turns: dict[str, Turns] = field(default_factory=dict)

    def check(self, lead: Lead, at: datetime) -> list[FactBody]:
        """Compare a lead's tokens with those that came before them; a confirmed one stands under the earlier lead."""
        live = [match for match in self.matches.get(lead.id, ()) if not self._forgotten(match, at)]
        verdict = judge(live)
        if lead.checked is verdict.result:
            return []
        lead = self._put(replace(lead, checked=verdict.result))
        said: list[FactBody] = [say.checked(lead, verdict.result)]
        if verdict.result is DuplicateCheck.SUSPECTED and verdict.by is not None:
            said.append(say.suspected(lead, verdict.by))
        linked = self._link(lead, verdict.by, at) if verdict.result is DuplicateCheck.CONFIRMED else []
        return [*said, *(linked or self._unlink(lead))]

    def give_up_waiting(self, lead: Lead) -> list[FactBody]:
        """No tokens in time: the lead is owned all the same, and compared when they come (privacy.md)."""
        lead = self._put(replace(lead, checked=DuplicateCheck.PENDING))
        return [say.checked(lead, DuplicateCheck.PENDING)]

    def place(self, lead: Lead, at: datetime, *, reason: AssignReason = AssignReason.LEAST_LOADED) -> list[FactBody]:
        """An owner and a backup, or the waiting room; says nothing when nothing changes."""
        if lead.duplicate_of is not None or lead.owner is not None or not lead.open:
            return []
        route = self.routes.get(lead.route)
        pool = self.pools.get(route.pool) if route else None
        turns = self._turns_of(pool) if pool else None
        chosen = choose_owner(route, turns, reason=reason, counts=lead.counts)
        if isinstance(chosen, WaitingReason):
            return self._wait(lead, chosen, at)
        if turns is not None and lead.counts:
            self._count(taken(chosen, turns))
        self.choices[lead.id] = chosen
        return self._own(lead, chosen, at)

    def _link(self, lead: Lead, match: Match | None, at: datetime) -> list[FactBody]:
        """Put a confirmed duplicate under the root of what it matches; its place in a queue is given back."""
        assert match is not None
        found = self._known(match.earlier)
        primary = found.duplicate_of if found and found.duplicate_of else match.earlier
        if primary == lead.id:
            return []
        self._give_back(lead)
        root = self._known(primary)
        lead = self._put(replace(lead, duplicate_of=primary, waiting=None, waiting_since=None))
        facts: list[FactBody] = [say.duplicate(lead, str(primary), match.kinds)]
        if root is None or root.owner is None or root.backup is None:
            self._put(replace(lead, owner=None, backup=None, pool=None))
            return facts
        return facts + self.follow(lead, root, at)

    def _unlink(self, lead: Lead) -> list[FactBody]:
        """A restored desk may have called this lead a duplicate before: what is not said again would still stand."""
        return [say.duplicate(lead, None, ())] if lead.id in self.said_before else []

    def release(self, leads: Iterable[UUID], at: datetime) -> dict[UUID, list[FactBody]]:
        """Their primary was taken back: all are loosened and compared anew, then owned, or under whom they are now."""
        said: dict[UUID, list[FactBody]] = {}
        for id in leads:
            loose = replace(self.leads[id], duplicate_of=None, owner=None, backup=None, pool=None, checked=None)
            said[id] = [say.duplicate(self._put(loose), None, ())]
        for id in said:
            said[id] += self.check(self.leads[id], at)
        for id in said:
            said[id] += self.place(self.leads[id], at)
        for id in said:
            lead = self.leads[id]
            if lead.duplicate_of is not None and (root := self._known(lead.duplicate_of)):
                said[id] += self.follow(lead, root, at)
        return said

    def follow(self, lead: Lead, root: Lead, at: datetime) -> list[FactBody]:
        """A confirmed duplicate takes its primary's owner, and no capacity."""
        if root.owner is None or root.backup is None or (lead.owner, lead.backup) == (root.owner, root.backup):
            return []
        load = self.loads.get(root.owner)
        choice = Choice(
            root.owner,
            root.backup,
            root.pool or "",
            AssignReason.PRIMARYS_OWNER,
            load.open if load else 0,
            load.capacity if load else 0,
            1,
        )
        return self._own(lead, choice, at, works=False)

    def _give_back(self, lead: Lead) -> None:
        if lead.owner is not None and lead.counts and lead.owner in self.loads:
            self._count(self.loads[lead.owner].with_one_less())

    def _turns_of(self, pool: PoolDefined) -> Turns:
        if pool.pool not in self._turns:
            self._turns[pool.pool] = Turns(pool, self.loads)
        return self._turns[pool.pool]

    def _count(self, load: Load) -> None:
        """A counter changed, in every pool that its owner is a member of."""
        self.loads[load.staff] = load
        for turns in self._turns.values():
            turns.changed(load)

    def _own(self, lead: Lead, choice: Choice, at: datetime, *, works: bool = True) -> list[FactBody]:
        first = Milestone.OWNED not in lead.milestones
        lead = replace(lead, owner=choice.owner, backup=choice.backup, pool=choice.pool, waiting=None)
        lead = replace(
            lead, waiting_since=None, milestones=(*lead.milestones, Milestone.OWNED) if first else lead.milestones
        )
        facts: list[FactBody] = [say.assigned(lead, choice)]
        if first:
            facts.append(say.milestone(lead, Milestone.OWNED))
        if works and lead.next_action is None:
            lead = replace(
                lead, next_action=NextAction.FIRST_CALL, next_who=Resolver.OWNER, next_due=at + FIRST_CALL_WITHIN
            )
            facts.append(say.next_action(lead))
        self._put(lead)
        return facts

    def _wait(self, lead: Lead, reason: WaitingReason, at: datetime) -> list[FactBody]:
        if lead.waiting is reason:
            return []
        route = self.routes.get(lead.route)
        lead = replace(lead, waiting=reason, waiting_since=lead.waiting_since or at, pool=route.pool if route else None)
        return [say.waiting(self._put(lead), reason)]

    def _forgotten(self, match: Match, at: datetime) -> bool:
        earlier = self._known(match.earlier)
        if earlier is None or earlier.closed_at is None:
            return False
        return was_taken_back(earlier) or at - earlier.closed_at > FORGOTTEN_AFTER

    def _known(self, lead: UUID) -> Lead | None:
        """As decided a moment ago in this very pass, else as it stood."""
        return self.leads.get(lead) or self.earlier.get(lead)

    def _put(self, lead: Lead) -> Lead:
        self.leads[lead.id] = lead
        return lead


def in_turn(leads: Iterable[Lead]) -> list[Lead]:
    """The order a waiting room is served in: urgent first, then who came first."""
    return sorted(leads, key=lambda lead: (lead.priority.value != "urgent", lead.received_at, lead.id))
