"""Releases run side by side: a reader of today's release meets what the next one says (P15, P7)."""

import json
from typing import Any

from contracts.streams import partition_of
from tests.journeys.processes import BATON, NEWER, said_by
from tests.journeys.world import World, wait_for

READERS = ("sla", "reporting")


async def _say(world: World, word: str, lead: str) -> None:
    await said_by((*NEWER, "say", word, lead), world.environment)


async def _applied(world: World, lead: str, service: str) -> int:
    """How far a service has applied a lead's facts."""
    sql = f"select version from {service}.reader_cursor where stream = 'leads' and key = $1"
    rows = await world.rows(sql, lead)
    return int(rows[0]["version"]) if rows else 0


async def _said(world: World, lead: str) -> int:
    [head] = await world.rows("select version from routing.head where stream = 'leads' and key = $1", lead)
    return int(head["version"])


async def _until_applied(world: World, lead: str) -> None:
    """Wait until both readers have applied all that routing has said of a lead."""

    async def all_applied() -> bool:
        said = await _said(world, lead)
        return [await _applied(world, lead, service) for service in READERS] == [said, said]

    await wait_for(all_applied)


async def _parked(world: World, service: str) -> list[dict[str, Any]]:
    sql = f"select key, version, why, error from {service}.parked where stream = 'leads' order by version"
    return await world.rows(sql)


async def test_an_unknown_type_that_may_be_ignored_is_passed_over(world: World) -> None:
    lead = await world.post("kelp-soloby")
    owner = await world.owned(lead)
    await _say(world, "admired", lead)
    await world.attempt(owner, lead)
    await _until_applied(world, lead)
    await world.heard("alerts", lead, "DeadlineEnded")
    assert [await _parked(world, service) for service in READERS] == [[], []]


async def test_an_added_field_and_unknown_words_are_read_as_far_as_they_are_known(world: World) -> None:
    lead = await world.post("kelp-soloby")
    await world.owned(lead)
    await _say(world, "attempt", lead)
    await _until_applied(world, lead)
    await world.heard("alerts", lead, "DeadlineEnded")
    ended = (await world.facts("alerts", lead))[-1]
    assert ended.body.by == "attempt", "whatever it met, it answers the clock"
    [kept] = await world.rows(
        "select body from reporting.journal where key = $1 and type = 'baton.AttemptRecorded.v1'", lead
    )
    body = json.loads(kept["body"])
    assert (body["result"], body["seconds"]) == ("waved_back", 95), "the journal keeps a body as it was received"


async def test_an_unknown_type_parks_its_own_lead_until_a_release_that_knows_it_tries_again(world: World) -> None:
    lead = await world.post("kelp-soloby")
    owner = await world.owned(lead)
    await _until_applied(world, lead)
    await _say(world, "lent", lead)

    async def parked() -> bool:
        return [len(await _parked(world, service)) for service in READERS] == [1, 1]

    await wait_for(parked)
    [row] = await _parked(world, "sla")
    assert (row["key"], row["why"]) == (lead, "type")
    neighbour = await world.post("kelp-soloby")
    while partition_of(neighbour) != partition_of(lead):
        neighbour = await world.post("kelp-soloby")
    await world.owned(neighbour)
    await _until_applied(world, neighbour)
    held = await world.rows("select held_at is not null as held from sla.timer where subject::text = $1", lead)
    assert [row["held"] for row in held] == [True], "nobody is alerted about a lead whose facts wait"
    assert (await world.get("sponsor:marrable", "/reports/v1/studies/kelp/summary"))["incomplete_keys"] == 1

    await world.attempt(owner, lead)
    today = await said_by((*BATON, "parked", "retry", "sla", "leads", lead), world.environment)
    assert "0 applied" in today
    for service in READERS:
        await said_by((*NEWER, "baton", "parked", "retry", service, "leads", lead), world.environment)
    await _until_applied(world, lead)
    await world.heard("alerts", lead, "DeadlineEnded")
    assert [await _parked(world, service) for service in READERS] == [[], []]
