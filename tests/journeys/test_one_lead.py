"""From a partner's POST to what the sponsor reads, through all four services."""

from typing import Any

from tests.journeys.world import World, wait_for

PEOPLE = {"gorse-lowmoor": 12, "gorse-fenside": 6, "gorse-crowhill": 6}
SMALL = {"withheld": "small"}


async def test_a_referral_becomes_an_owned_lead_with_its_context(world: World) -> None:
    lead = await world.post("kelp-soloby")
    assert await world.owned(lead) == "hanno"
    shown = await world.lead(lead, "hanno")
    assert shown["mine"] is True
    assert (shown["backup"], shown["study_code"]) == ("imke", "KE-505")
    assert (shown["stage"], shown["status"]) == ("intake", "new")
    assert shown["next"]["action"] == "first_call"
    assert shown["permitted"] == ["phone"]
    assert shown["material"] == "kelp-words@1"
    assert shown["duplicate_check"] == "clear"
    queue = await world.get("staff:hanno", "/desk/v1/queue")
    assert lead in {row["lead"] for row in queue["leads"]}
    assert lead not in str(await world.get("staff:oona", "/desk/v1/queue"))


async def test_every_service_hears_of_a_lead_in_order_and_once(world: World) -> None:
    lead = await world.post("kelp-soloby")
    await world.owned(lead)
    await world.attempt("hanno", lead)
    await world.heard("leads", lead, "AttemptRecorded", "StatusChanged")
    await world.heard("alerts", lead, "DeadlineSet", "DeadlineEnded")
    assert await world.said("referrals", lead) == ["ReferralReceived"]
    assert await world.said("tokens", lead) == ["MatchTokens"]
    said = await world.facts("leads", lead)
    assert [fact.version for fact in said] == list(range(1, len(said) + 1))
    assert [type(fact.body).__name__ for fact in said][:2] == ["LeadOpened", "MilestoneReached"]
    referral = (await world.facts("referrals", lead))[0].head
    assert said[0].head.correlation == referral.correlation, "one correlation from the door on"
    ended = (await world.facts("alerts", lead))[-1]
    assert (ended.body.by, ended.body.within_target) == ("attempt", True)


async def test_the_sponsor_reads_what_is_large_and_never_what_is_small(world: World) -> None:
    leads = [await world.post(route) for route, people in PEOPLE.items() for _ in range(people)]
    await world.attempt(await world.owned(leads[0]), leads[0])
    await world.heard("leads", leads[0], "AttemptRecorded")

    async def complete() -> dict[str, Any] | None:
        read = await world.get("sponsor:vell", "/reports/v1/studies/gorse/summary")
        return read if read["complete_up_to"] and read["movement"]["people"]["owned"] == len(leads) else None

    read = await wait_for(complete)
    assert read["movement"]["people"]["accepted"] == 24
    assert read["movement"]["people"]["first_attempt"] == SMALL, "one person reached is nobody's to know"
    accepted = {row["id"]: row["people"]["accepted"] for row in read["movement"]["by_site"]}
    assert accepted == {"lowmoor": 12, "fenside": SMALL, "crowhill": SMALL}
    assert [row["name"] for row in read["movement"]["by_partner"]] == ["Quarrel Street Clinic"]
    assert read["incomplete_keys"] == 0
    other = await world.ask("sponsor:marrable", "GET", "/reports/v1/studies/gorse/summary")
    absent = await world.ask("sponsor:marrable", "GET", "/reports/v1/studies/nothing/summary")
    assert (other.status_code, absent.status_code) == (404, 404)


async def test_the_same_person_again_is_one_primary_and_a_duplicate_that_counts(world: World) -> None:
    canary = world.canaries.next()
    first = await world.post("kelp-soloby", canary)
    await world.owned(first)
    again = await world.send(world.referral("kelp-soloby", canary, external_id="Zaphnaquill-again"))
    assert again.status_code == 202, "the partner hears what it always hears (S8)"
    second = again.json()["lead"]

    async def linked() -> bool:
        return (await world.lead(second)).get("duplicate_of") == first

    await wait_for(linked)
    assert (await world.lead(first))["duplicates"] == 1
    await world.heard("alerts", second, "DeadlineEnded")
