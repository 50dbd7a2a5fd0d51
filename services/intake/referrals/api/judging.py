"""What a referral is worth before anything of it is written: it may come in, is refused, is a slip, or is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.http.problems import Invalid, Problem, problem_body
from services.chassis.http.routes import Answer, Call
from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.person import Permission
from services.intake.network.rules.offer import Offer
from services.intake.network.storage import offers
from services.intake.referrals.api.accepted import again
from services.intake.referrals.rules.cleaned import Cleaned, cleaned
from services.intake.referrals.rules.facts import SLIPS, TITLES
from services.intake.referrals.rules.referral import DisclosureBasis, Referral
from services.intake.referrals.storage.referrals import Earlier, earlier
from services.intake.routes.rules import Admitted, Refused, admit


@dataclass(frozen=True, slots=True)
class Entering:
    """A referral that may come in."""

    call: Call[Referral]
    new: Earlier
    admitted: Admitted
    permission: Permission
    basis: DisclosureBasis
    contact: Contact
    clean: Cleaned
    """what may be kept of the call's body"""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A referral that was understood and refused."""

    call: Call[Referral]
    before: Earlier
    verdict: Refused
    clean: Cleaned

    @property
    def is_new(self) -> bool:
        """Whether the same was not refused for the same before: then it is said, kept and counted."""
        return self.call.refused_before != self.verdict.code

    @property
    def answer(self) -> Answer:
        """The same each time."""
        code, pointers = self.verdict.code, self.verdict.pointers
        more: dict[str, Any] = {"over_sharing": self.clean.pointers} if self.clean.cut else {}
        return Answer(422, problem_body(422, code, TITLES[code], pointers=pointers, **more), refused=code)


@dataclass(frozen=True, slots=True)
class Slip:
    """A sender's mistake: answered, and nothing of it stays but a metric."""

    problem: Problem
    over_shared: tuple[str, ...]
    """fields that held more than they are for"""


Judged = Entering | TurnedAway | Slip | Answer | Problem


async def judge(calls: Sequence[Call[Any]]) -> list[Judged]:
    """Each call by itself, in their order; they share a `Work` and a partner. Two statements, nothing is written."""
    work, partner = calls[0].work, calls[0].caller.id
    before = await earlier(work, calls[0].parts.keys, partner, [call.body for call in calls])
    near = await offers(work, {call.body.route for call in calls}, work.at)
    return [_judged(call, old, near.get(call.body.route), work.at) for call, old in zip(calls, before, strict=True)]


def _judged(call: Call[Referral], before: Earlier, offer: Offer | None, at: datetime) -> Judged:
    clean = cleaned(call.body)
    if before.found is not None:
        return again(before, before.found, clean.pointers)
    verdict = admit(call.body.asks(call.caller.id), offer, at)
    if isinstance(verdict, Refused):
        if verdict.code not in SLIPS:
            return TurnedAway(call, before, verdict, clean)
        problem = Problem(422, verdict.code, TITLES[verdict.code], pointers=verdict.pointers)
        return Slip(problem, clean.fields)
    permission, basis = _given(clean.referral)
    contact = contact_of(clean.referral.person, permission, verdict.offer.site.country, at)
    if clean.faults or not isinstance(contact, Contact):
        faults = () if isinstance(contact, Contact) else contact
        return Slip(Invalid(*clean.faults, *faults), clean.fields)
    return Entering(call, before, verdict, permission, basis, contact, clean)


def _given(referral: Referral) -> tuple[Permission, DisclosureBasis]:
    """What `admit` has seen to be there."""
    assert referral.permission is not None
    assert referral.disclosure_basis is not None
    return referral.permission, referral.disclosure_basis
