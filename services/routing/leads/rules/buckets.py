"""The bucket of an open lead: who needs to act, told apart at a glance (R28, R50; lifecycle.md, "bucket")."""

from datetime import datetime
from typing import Final

from contracts.vocabulary import BlockerKind, Bucket, Resolver, Stage, Status
from services.routing.leads.rules.lead import Lead

RANK: Final = {bucket: rank for rank, bucket in enumerate(Bucket)}
"""Order of the queue's sections."""


def bucket_of(lead: Lead, *, today_ends: datetime) -> Bucket:
    """First match of the list. `today_ends` is the end of the site's day: due before it is due today."""
    if lead.owner is None:
        return Bucket.WAITING_FOR_OWNER
    own_action_due = lead.next_action is None or (
        lead.next_who is Resolver.OWNER and lead.next_due is not None and lead.next_due < today_ends
    )
    if lead.stage is Stage.SCHEDULING and lead.status is Status.READY_FOR_REVIEW and own_action_due:
        return Bucket.READY_FOR_SCHEDULING_REVIEW
    if own_action_due:
        return Bucket.NEEDS_FOLLOW_UP
    kinds = {blocker.kind for blocker in lead.blockers}
    if lead.status is Status.WAITING_ON_RECORDS or BlockerKind.AWAITING_RECORDS in kinds:
        return Bucket.WAITING_ON_RECORDS
    others = any(blocker.resolver is not Resolver.OWNER for blocker in lead.blockers)
    if others or lead.next_who is not Resolver.OWNER or lead.stage in (Stage.PRESCREEN_REVIEW, Stage.SCREENING):
        return Bucket.WAITING_ON_SOMEONE_ELSE
    return Bucket.SCHEDULED if lead.status is Status.SCHEDULED else Bucket.PLANNED


def queue_order(lead: Lead, bucket: Bucket) -> tuple[int, bool, datetime, datetime, str]:
    """Within the queue: by section, urgent first, then what is due soonest, then who waits longest (R50)."""
    due = min((at for at in (lead.mark.deadline_at, lead.next_due) if at is not None), default=lead.received_at)
    return (RANK[bucket], lead.priority.value != "urgent", due, lead.received_at, str(lead.id))
