"""A partner's limits are its agreement's: single posts and batches are counted apart (defaults.md, "Capacity")."""

import json
from pathlib import Path

from services.chassis.auth.identity import Identity
from services.chassis.telemetry import metrics
from services.intake.app import allowance
from services.intake.network.rules.parts import Limits
from tests.intake.referrals.door import PATH, Desk, a_desk, a_referral
from tests.place import Place


async def test_the_agreement_says_how_often(desk: Desk) -> None:
    async with desk.database.work("system:test") as work:
        asked = [
            await allowance(work, Identity("partner", partner), kind)
            for partner in ("openhand", "stranger")
            for kind in ("posts", "batches")
        ]
        assert await allowance(work, Identity("staff", "ines"), "posts") is None
    assert asked == [1_000_000, 10_000, 100, 100]
    assert Limits() == Limits(posts_per_hour=100, batches_per_hour=100)


async def test_a_small_limit_costs_a_round_one_statement_and_a_large_one_none(desk: Desk) -> None:
    for who, more in (("partner:brightpost", 1), ("partner:openhand", 0)):
        body = a_referral(route="of-brightpost" if more else "live")
        await desk.send(a_referral(route=body["route"]), who=who)
        with metrics.fresh():
            metrics.allow("service", "intake")
            answer = await desk.send(body, who=who)
            assert (answer.status_code, metrics.STATEMENTS.value(service="intake")) == (202, 8 + more)


async def test_who_has_asked_too_often_is_told_when_to_come_again_and_leaves_nothing(
    desk: Desk, referral_place: Place, referral_keys: Path
) -> None:
    await desk.send(a_referral())
    used = "update asked set used = $1 where client = 'partner:openhand' and what = 'posts'"
    async with desk.database.work("system:test") as work:
        await work.run(used, 999_999)
    try:
        async with a_desk(referral_place, referral_keys) as other:
            first, before = await other.send(a_referral()), await desk.counts()
            late = await other.send(a_referral())
    finally:
        async with desk.database.work("system:test") as work:
            await work.run(used, 1)
    assert (first.status_code, late.status_code, late.json()["code"]) == (202, 429, "rate_limited")
    assert int(late.headers["retry-after"]) > 0
    assert await desk.counts() == before


async def test_a_batch_is_counted_once_whatever_its_lines(desk: Desk) -> None:
    client = await desk.doors.ask("intake", "partner:brightpost")
    lines = b"\n".join(json.dumps(a_referral(route="of-brightpost")).encode() for _ in range(3))
    head = {"content-type": "application/x-ndjson"}
    left = [(await client.post(f"{PATH}/batch", content=lines, headers=head)).headers["ratelimit"] for _ in range(2)]
    counts = [int(one.partition("r=")[2].partition(";")[0]) for one in left]
    assert counts[0] - counts[1] == 1
