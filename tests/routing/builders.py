"""Facts and rows of routing's tests, valid by default; one keyword per difference."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from contracts.envelope import Fact
from contracts.network.facts import PoolDefined, RouteDefined, SiteDefined, StaffDefined, StudyDefined, StudySite
from contracts.referrals.facts import ReferralReceived
from contracts.tokens.facts import MatchToken, MatchTokens
from contracts.vocabulary import (
    Basis,
    Channel,
    Permitted,
    Priority,
    Recruiting,
    RouteState,
    StaffRole,
    StatedInterest,
    TokenKind,
)
from tests.facts import SOME_DAY, fact


def a_network(
    tag: str, *, members: Sequence[str] = ("ana", "ben", "cat"), capacity: int = 40, version: int = 1
) -> list[Fact[Any]]:
    """One study, site, pool and route whose ids end in `-tag`; members are staff of the site, the first its lead."""
    site, staff = f"site-{tag}", [f"{name}-{tag}" for name in members]
    facts: list[Any] = [
        StudyDefined(
            study=f"study-{tag}",
            code="AL-204",
            sponsor="northfield",
            policy="typical",
            priority=Priority.ROUTINE,
            recruiting=Recruiting.RECRUITING,
            sites=(StudySite(site=site, recruiting=Recruiting.RECRUITING),),
        ),
        SiteDefined(
            site=site, name="Eastmere", zone="America/New_York", calendar="office", recruiting=Recruiting.RECRUITING
        ),
        a_route(tag, owner=staff[0], backup=staff[-1]),
        PoolDefined(pool=f"pool-{tag}", site=site, members=tuple(staff)),
    ]
    facts += [a_staff_member(name, tag, capacity=capacity, lead=name == staff[0]) for name in staff]
    return [fact(body, version=version) for body in facts]


def a_route(tag: str, *, owner: str, backup: str) -> RouteDefined:
    return RouteDefined(
        route=f"route-{tag}",
        partner="openhand",
        study=f"study-{tag}",
        site=f"site-{tag}",
        channel=Channel.PARTNER_API,
        source_tag="openhand-api",
        state=RouteState.LIVE,
        pool=f"pool-{tag}",
        owner=owner,
        backup=backup,
        bases=(Basis.SELF_REFERRED,),
    )


def a_staff_member(name: str, tag: str, *, capacity: int = 40, weight: int = 100, lead: bool = False) -> StaffDefined:
    roles = (StaffRole.COORDINATOR, StaffRole.SITE_LEAD) if lead else (StaffRole.COORDINATOR,)
    return StaffDefined(
        staff=name, label="Ana, Eastmere", sites=(f"site-{tag}",), roles=roles, capacity=capacity, weight=weight
    )


def a_referral(
    tag: str, lead: UUID | None = None, *, is_test: bool = False, **different: Any
) -> Fact[ReferralReceived]:
    values: dict[str, Any] = {
        "lead": str(lead or uuid4()),
        "study": f"study-{tag}",
        "site": f"site-{tag}",
        "partner": "openhand",
        "route": f"route-{tag}",
        "source_tag": "openhand-api",
        "channel": Channel.PARTNER_API,
        "priority": Priority.ROUTINE,
        "received_at": SOME_DAY,
        "material": "alder-partner",
        "material_version": 3,
        "material_superseded": False,
        "basis": Basis.SELF_REFERRED,
        "permitted": (Permitted.PHONE, Permitted.EMAIL),
        "permission_wording": "alder-permission@1",
        "stated_interest": StatedInterest.LEARN_MORE,
    }
    return fact(ReferralReceived(**{**values, **different}), is_test=is_test)


def tokens_of(referral: Fact[ReferralReceived], *, version: int = 1, **values: str) -> Fact[MatchTokens]:
    """`tokens_of(referral, phone="a", email="b")`: tokens that are equal exactly where these texts are."""
    body = MatchTokens(
        lead=referral.body.lead,
        study=referral.body.study,
        site=referral.body.site,
        partner=referral.body.partner,
        tokens=tuple(
            MatchToken(kind=TokenKind(kind), key_version=1, value=sha256(f"{kind}:{text}".encode()).hexdigest())
            for kind, text in values.items()
        ),
    )
    return fact(body, version=version, is_test=referral.is_test)
