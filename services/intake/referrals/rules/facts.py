"""What intake says about a referral: a lead with its tokens, or a refusal without a person."""

from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.referrals.facts import ReferralReceived, ReferralRefused
from contracts.vocabulary import Basis, ContactIs, Permitted, Refusal, SourceQuality
from services.intake.contacts.rules.person import Permission
from services.intake.referrals.rules.cleaned import Cleaned
from services.intake.routes.rules import Admitted, Refused

SLIPS: Final = frozenset({Refusal.FIELD_MISSING, Refusal.FIELD_INVALID, Refusal.FIELD_NOT_ALLOWED})
"""Codes that are a sender's slip: answered and counted, never a fact (delivery.md, "Reading", last point)."""

TITLES: Final = {
    Refusal.ROUTE_UNKNOWN: "There is no such route for you",
    Refusal.ROUTE_NOT_LIVE: "This route is not open",
    Refusal.STUDY_NOT_RECRUITING: "This study takes nobody at this site now",
    Refusal.MATERIAL_MISSING: "No effective material of this route is named",
    Refusal.MATERIAL_OUTDATED: "This version of the material is no longer taken",
    Refusal.MATERIAL_WITHDRAWN: "This version of the material was withdrawn",
    Refusal.PERMISSION_MISSING: "Without the person's contact permission nobody may be referred",
    Refusal.BASIS_MISSING: "A disclosure basis that this route allows is needed",
    Refusal.FIELD_INVALID: "A field is not as it must be",
    Refusal.FIELD_NOT_ALLOWED: "A field was sent that is not agreed for this route",
}
"""What a refusal is called, in the answer to the partner."""


def received(
    lead: UUID, clean: Cleaned, permission: Permission, basis: Basis, admitted: Admitted, at: datetime
) -> ReferralReceived:
    """An accepted referral, without a word about who it is."""
    route, referral = admitted.offer.route, clean.referral
    return ReferralReceived(
        lead=str(lead),
        study=route.study,
        site=route.site,
        partner=route.partner,
        route=route.id,
        source_tag=route.source_tag,
        channel=route.channel,
        priority=admitted.offer.study.priority,
        received_at=at,
        material=admitted.material.id,
        material_version=admitted.material.version,
        material_superseded=admitted.superseded,
        basis=basis,
        permitted=_once(permission.channels),
        permission_wording=permission.wording,
        stated_interest=referral.stated_interest,
        contact_is=referral.contact_is or ContactIs.SELF,
        language=referral.person.language,
        source_quality=(SourceQuality.OVER_SHARING,) if clean.cut else None,
    )


def refused(id: UUID, partner: str, verdict: Refused) -> ReferralRefused:
    """An understood referral that was not taken: who sent it and why; the route only where it is the sender's own."""
    route = verdict.offer.route if verdict.offer else None
    return ReferralRefused(
        referral=str(id),
        partner=partner,
        reason=verdict.code,
        route=route.id if route else None,
        study=route.study if route else None,
        site=route.site if route else None,
    )


def _once(channels: tuple[Permitted, ...]) -> tuple[Permitted, ...]:
    return tuple(channel for channel in Permitted if channel in channels)
