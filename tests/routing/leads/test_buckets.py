"""The bucket of an open lead, as lifecycle.md lists them: first match."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.vocabulary import BlockerKind, Bucket, NextAction, Resolver, Stage, Status, WaitingReason
from services.routing.leads.rules.buckets import bucket_of
from services.routing.leads.rules.lead import Blocker, Lead, opened
from tests.facts import SOME_DAY
from tests.routing.builders import a_referral

TONIGHT = SOME_DAY + timedelta(hours=15)
TOMORROW = SOME_DAY + timedelta(days=1)


def a_lead(**different: object) -> Lead:
    """Owned, its own next action due tomorrow."""
    lead = opened(a_referral("x", uuid4()).body, is_test=False, at=SOME_DAY)
    planned = replace(
        lead, owner="ana", backup="ben", next_action=NextAction.CALL_AGAIN, next_who=Resolver.OWNER, next_due=TOMORROW
    )
    return replace(planned, **different)  # type: ignore[arg-type]


def blocked_by(kind: BlockerKind, resolver: Resolver) -> tuple[Blocker, ...]:
    return (Blocker(kind, resolver, SOME_DAY),)


@pytest.mark.parametrize(
    ("sentence", "lead", "bucket"),
    [
        ("no owner", a_lead(owner=None, waiting=WaitingReason.NO_CAPACITY), Bucket.WAITING_FOR_OWNER),
        ("own action due today", a_lead(next_due=SOME_DAY + timedelta(hours=2)), Bucket.NEEDS_FOLLOW_UP),
        ("own action overdue", a_lead(next_due=SOME_DAY - timedelta(days=2)), Bucket.NEEDS_FOLLOW_UP),
        ("no next action at all", a_lead(next_action=None, next_due=None), Bucket.NEEDS_FOLLOW_UP),
        (
            "ready for scheduling review",
            a_lead(stage=Stage.SCHEDULING, status=Status.READY_FOR_REVIEW, next_due=SOME_DAY),
            Bucket.READY_FOR_SCHEDULING_REVIEW,
        ),
        ("awaiting records", a_lead(status=Status.WAITING_ON_RECORDS), Bucket.WAITING_ON_RECORDS),
        (
            "a records blocker",
            a_lead(blockers=blocked_by(BlockerKind.AWAITING_RECORDS, Resolver.RECORDS_HOLDER)),
            Bucket.WAITING_ON_RECORDS,
        ),
        (
            "another's blocker",
            a_lead(blockers=blocked_by(BlockerKind.AWAITING_SPONSOR, Resolver.SPONSOR)),
            Bucket.WAITING_ON_SOMEONE_ELSE,
        ),
        ("another's action", a_lead(next_who=Resolver.STUDY_TEAM), Bucket.WAITING_ON_SOMEONE_ELSE),
        ("prescreen review", a_lead(stage=Stage.PRESCREEN_REVIEW), Bucket.WAITING_ON_SOMEONE_ELSE),
        ("scheduled", a_lead(stage=Stage.SCHEDULING, status=Status.SCHEDULED), Bucket.SCHEDULED),
        ("own action later", a_lead(), Bucket.PLANNED),
    ],
)
def test_bucket(sentence: str, lead: Lead, bucket: Bucket) -> None:
    assert bucket_of(lead, today_ends=TONIGHT) is bucket, sentence
