"""What intake says at the door."""

from datetime import timedelta
from typing import Final

from contracts.examples.said import LEAD, MONDAY, REFUSED, said
from contracts.referrals.facts import ReferralReceived, ReferralRefused, ReferralWithdrawn
from contracts.vocabulary import Basis, Channel, Permitted, Priority, Refusal, SourceQuality, StatedInterest


def _received(
    interest: StatedInterest | None, language: str | None, quality: tuple[SourceQuality, ...] | None = None
) -> ReferralReceived:
    return ReferralReceived(
        lead=LEAD,
        study="alder",
        site="eastmere",
        partner="openhand",
        route="openhand-alder-eastmere",
        source_tag="autumn-newsletter",
        channel=Channel.PARTNER_API,
        priority=Priority.ROUTINE,
        received_at=MONDAY,
        material="alder-partner-language",
        material_version=3,
        material_superseded=False,
        basis=Basis.SELF_REFERRED,
        permitted=(Permitted.PHONE, Permitted.EMAIL, Permitted.MAY_LEAVE_MESSAGE),
        permission_wording="eastmere-contact@2",
        stated_interest=interest,
        language=language,
        source_quality=quality,
    )


REFERRAL_EXAMPLES: Final = (
    said("from-a-registry", _received(StatedInterest.LEARN_MORE, "en-US"), actor="partner:openhand", caused=False),
    said("nothing-optional", _received(None, None), actor="partner:openhand", caused=False),
    said("test-referral", _received(None, "en"), actor="partner:openhand", caused=False, is_test=True),
    said(
        "over-sharing",
        _received(StatedInterest.LEARN_MORE, "en", (SourceQuality.OVER_SHARING,)),
        actor="partner:openhand",
        caused=False,
    ),
    said(
        "superseded-material",
        ReferralRefused(
            referral=REFUSED,
            partner="openhand",
            reason=Refusal.MATERIAL_OUTDATED,
            route="openhand-alder-eastmere",
            study="alder",
            site="eastmere",
        ),
        actor="partner:openhand",
        caused=False,
    ),
    said(
        "route-unknown",
        ReferralRefused(referral=REFUSED, partner="openhand", reason=Refusal.ROUTE_UNKNOWN),
        actor="partner:openhand",
        caused=False,
    ),
    said(
        "taken-back",
        ReferralWithdrawn(lead=LEAD, study="alder", site="eastmere", partner="openhand"),
        actor="partner:openhand",
        after=timedelta(hours=2),
        version=2,
        caused=False,
    ),
)
