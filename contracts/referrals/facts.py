"""What intake decided about a referral. Never a person: contact details stay in the vault."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import FactBody, Moment
from contracts.says import HEALTH_INFERRING, INT, PLAIN, says
from contracts.shapes import Code, Language, LeadId, Minted, Slug, Wording
from contracts.streams import REFERRALS
from contracts.vocabulary import (
    Basis,
    Channel,
    ContactIs,
    Permitted,
    Priority,
    Refusal,
    SourceQuality,
    StatedInterest,
)


class ReferralReceived(FactBody, stream=REFERRALS, key="lead"):
    """An accepted referral: from now on a lead with the same id (R13, R22, R24)."""

    lead: Annotated[LeadId, says("names the lead in every service (R37)", by=INT, data=PLAIN)]
    study: Annotated[Slug, says("study interest", by=INT, data=HEALTH_INFERRING)]
    site: Annotated[Slug, says("whose desk it reaches", by=INT, data=PLAIN)]
    partner: Annotated[Slug, says("credits the source", by=INT, data=PLAIN)]
    route: Annotated[Slug, says("finds pool, owner and backup", by=INT, data=HEALTH_INFERRING)]
    source_tag: Annotated[Code, says("tells campaigns apart", by=INT, data=PLAIN)]
    channel: Annotated[Channel, says("how it came (R12)", by=INT, data=PLAIN)]
    priority: Annotated[Priority, says("orders the queue", by=INT, data=PLAIN)]
    received_at: Annotated[Moment, says("when the clock starts", by=INT, data=PLAIN)]
    material: Annotated[Slug, says("which words the person saw (R1)", by=INT, data=HEALTH_INFERRING)]
    material_version: Annotated[int, Field(ge=1), says("which version of them", by=INT, data=PLAIN)]
    material_superseded: Annotated[bool, says("accepted in the days after a new version", by=INT, data=PLAIN)]
    basis: Annotated[Basis, says("why the partner may pass the person on (R11)", by=INT, data=PLAIN)]
    permitted: Annotated[tuple[Permitted, ...], says("how the person may be contacted (R29)", by=INT, data=PLAIN)]
    permission_wording: Annotated[Wording, says("which words they agreed to", by=INT, data=HEALTH_INFERRING)]
    stated_interest: Annotated[StatedInterest | None, says("what they want (R30)", by=INT, data=PLAIN)] = None
    contact_is: Annotated[ContactIs, says("who will answer the phone", by=INT, data=PLAIN)] = ContactIs.SELF
    language: Annotated[Language | None, says("which language to call in (BCP 47)", by=INT, data=PLAIN)] = None
    source_quality: Annotated[
        tuple[SourceQuality, ...] | None, says("what the source could do better (R34, R55)", by=INT, data=PLAIN)
    ] = None


class ReferralRefused(FactBody, stream=REFERRALS, key="referral"):
    """An understood referral that intake did not take; nothing of the person is kept."""

    referral: Annotated[Minted, says("names the refusal; never a lead", by=INT, data=PLAIN)]
    partner: Annotated[Slug, says("whose hand-off is incomplete (R65)", by=INT, data=PLAIN)]
    reason: Annotated[Refusal, says("what to mend", by=INT, data=PLAIN)]
    route: Annotated[Slug | None, says("which route, when it is known", by=INT, data=HEALTH_INFERRING)] = None
    study: Annotated[Slug | None, says("which study, when it is known", by=INT, data=HEALTH_INFERRING)] = None
    site: Annotated[Slug | None, says("which site, when it is known", by=INT, data=PLAIN)] = None


class ReferralWithdrawn(FactBody, stream=REFERRALS, key="lead"):
    """Its partner took the referral back; nobody who was not reached out to is called for it (lifecycle.md)."""

    lead: Annotated[LeadId, says("names the lead in every service (R37)", by=INT, data=PLAIN)]
    study: Annotated[Slug, says("study interest", by=INT, data=HEALTH_INFERRING)]
    site: Annotated[Slug, says("whose desk it reached", by=INT, data=PLAIN)]
    partner: Annotated[Slug, says("who took it back", by=INT, data=PLAIN)]


ReferralFact = ReferralReceived | ReferralRefused | ReferralWithdrawn
