"""What an accepted referral is answered with, and a problem of one that could not be taken."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from contracts.envelope import Moment
from contracts.shapes import LeadId
from services.chassis.http.problems import Problem
from services.chassis.http.routes import Answer
from services.intake.referrals.rules.week import seconds_to_next
from services.intake.referrals.storage.referrals import Earlier, Kept


class Accepted(BaseModel):
    """The referral is durable, and a lead with this id. The same for everybody, known before or not (S8)."""

    lead: LeadId
    status: Literal["accepted"] = "accepted"
    received_at: Moment
    superseded_material: Literal[True] | None = None
    """a newer version of the material is in force; this one is taken for a few days more"""
    over_sharing: tuple[str, ...] | None = None
    """pointers to fields that held more than they are for: the narrative was cut out of them and destroyed (R23)"""


def accepted(kept: Kept, over_sharing: tuple[str, ...]) -> Answer:
    """202, with its lead, and where narrative was cut out."""
    answer = Accepted(
        lead=str(kept.lead),
        received_at=kept.received_at,
        superseded_material=True if kept.superseded else None,
        over_sharing=over_sharing or None,
    )
    return Answer(202, answer.model_dump(mode="json", exclude_none=True))


def again(before: Earlier, found: Kept, over_sharing: tuple[str, ...]) -> Answer | Problem:
    """The same external id: the same answer to the same content, whatever became of the route since.

    Content is compared as it was sent, narrative and all: so a better detector makes no old content a new one.
    """
    if before.equal:
        return accepted(found, over_sharing)
    return Problem(
        409,
        "external_id_reused",
        "This external id was used for another referral",
        pointers=(("/external_id", "was used with other content"),),
    )


def full(at: datetime) -> Problem:
    """429: this week has no place left."""
    wait = {"retry-after": str(seconds_to_next(at))}
    return Problem(429, "route_full", "This route has had its weekly maximum", headers=wait)
