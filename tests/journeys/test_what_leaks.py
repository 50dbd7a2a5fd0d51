"""After the journeys and every bad input of the door: not a byte of anybody outside the vault (S1; privacy.md).

Last by its name, so that it searches what all journeys of the session left behind; alone it makes leads of its own.
"""

import os

import pytest

from tests.canary.people import WORDS
from tests.canary.places import Database, places_of, search, table
from tests.canary.search import needles_of
from tests.clock import administrator
from tests.journeys.bad_inputs import Bad, not_understood, understood_and_refused
from tests.journeys.world import World


async def _send(world: World, bad: Bad) -> tuple[str, int]:
    headers = {"idempotency-key": f"bad-{os.urandom(8).hex()}", "content-type": "application/json", **bad.headers}
    answer = await world.callers.send(bad.who, "/intake/v1/referrals", bad.content, headers)
    return bad.name, answer.status_code


async def test_every_bad_input_is_refused_with_its_status(world: World) -> None:
    bad = [*understood_and_refused(world), *not_understood(world)]
    [before] = await world.rows("select count(*) as n from intake.referral")
    assert dict([await _send(world, one) for one in bad]) == {one.name: one.status for one in bad}
    referral = world.referral("kelp-soloby")
    assert (await world.send(referral, "the-same-key")).status_code == 202
    other = world.referral("kelp-soloby")
    assert (await world.send(other, "the-same-key")).status_code == 422
    [after] = await world.rows("select count(*) as n from intake.referral")
    assert after["n"] == before["n"] + 1


async def test_no_byte_of_anybody_is_outside_the_vault(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lead = await world.post("hazel-lowmoor")
    await world.heard("alerts", lead, "AlertDelivered")
    for bad in [*understood_and_refused(world), *not_understood(world)]:
        await _send(world, bad)
    await world.at_rest()
    metrics = [await world.metrics()]
    await world.stop()  # so that every span is exported and every line is written
    admin = await administrator(world.place)
    try:
        needles = needles_of(WORDS)
        searched = [await search(place, needles) for place in await places_of(world, admin, metrics)]
    finally:
        await Database(admin).clean()
        await admin.close()
        await world.start()
    with capsys.disabled():
        print(f"\n{table(searched)}")
    assert [one.place for one in searched if one.bytes == 0] == [], "a place that was not searched proves nothing"
    assert [one.place for one in searched if not one.leak] == [], "a leak that is not found proves nothing"
    assert {one.place: one.hits for one in searched if one.hits} == {}
