"""Facts of a small invented study, valid by default."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from contracts.envelope import Fact
from contracts.leads.facts import BlockerCleared, BlockerRaised, LeadClosed, MilestoneReached
from contracts.referrals.facts import ReferralReceived
from contracts.vocabulary import (
    Basis,
    BlockerKind,
    Channel,
    CloseGroup,
    CloseReason,
    Milestone,
    Permitted,
    Priority,
    Resolver,
)
from tests.facts import SOME_DAY, fact


def received(
    study: str, *, site: str = "eastmere", partner: str = "openhand", at: datetime = SOME_DAY, is_test: bool = False
) -> Fact[ReferralReceived]:
    body = ReferralReceived(
        lead=str(uuid4()),
        study=study,
        site=site,
        partner=partner,
        route=f"{study}-{site}",
        source_tag="openhand-api",
        channel=Channel.PARTNER_API,
        priority=Priority.ROUTINE,
        received_at=at,
        material="alder-partner",
        material_version=3,
        material_superseded=False,
        basis=Basis.SELF_REFERRED,
        permitted=(Permitted.PHONE,),
        permission_wording="alder-permission@1",
    )
    return fact(body, at=at, is_test=is_test)


def reached(of: Fact[ReferralReceived], milestone: Milestone, *, version: int = 1) -> Fact[MilestoneReached]:
    body = MilestoneReached(**_whose(of), milestone=milestone, received_at=of.body.received_at)
    return fact(body, version=version, is_test=of.is_test)


def blocked(of: Fact[ReferralReceived], *, version: int = 1) -> Fact[BlockerRaised]:
    body = BlockerRaised(**_whose(of), kind=BlockerKind.AWAITING_RECORDS, resolver=Resolver.RECORDS_HOLDER)
    return fact(body, version=version)


def unblocked(of: Fact[ReferralReceived], *, version: int = 2) -> Fact[BlockerCleared]:
    return fact(BlockerCleared(**_whose(of), kind=BlockerKind.AWAITING_RECORDS), version=version)


def closed(of: Fact[ReferralReceived], *, version: int = 1) -> Fact[LeadClosed]:
    body = LeadClosed(**_whose(of), reason=CloseReason.TOO_FAR, group=CloseGroup.PERSON)
    return fact(body, version=version, is_test=of.is_test)


def _whose(of: Fact[ReferralReceived]) -> dict[str, Any]:
    return {"lead": of.body.lead, "study": of.body.study, "site": of.body.site, "partner": of.body.partner}
