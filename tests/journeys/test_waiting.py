"""More people than anybody may own: the next one waits where everybody sees it, and is owned when a place frees."""

from tests.journeys.world import World, wait_for


async def test_who_finds_no_room_waits_and_is_owned_when_a_lead_is_closed(world: World) -> None:
    first, second = [await world.post("iris-narrowby") for _ in range(2)]
    owners = {await world.owned(first), await world.owned(second)}
    assert owners == {"dunja", "emeka"}, "room for one lead each"
    third = await world.post("iris-narrowby")  # not sooner: leads of several partitions are read in any order

    async def waits() -> bool:
        return (await world.lead(third)).get("waiting") == "no_capacity"

    await wait_for(waits)
    queue = await world.get("staff:dunja", "/desk/v1/queue")
    [row] = [row for row in queue["leads"] if row["lead"] == third]
    assert (row["bucket"], row["owner"]) == ("waiting_for_owner", None)

    owner = await world.owned(second)
    await world.command(owner, second, "close", {"reason": "too_far"})
    assert await world.owned(third) == owner
    taken = (await world.lead(third))["assignments"]
    assert [(one["owner"], one["reason"]) for one in taken] == [(owner, "slot_freed")]
    await world.heard("leads", third, "LeadWaiting", "OwnerAssigned")
    said = await world.said("leads", third)
    assert said.index("LeadWaiting") < said.index("OwnerAssigned")
    loads = await world.rows("select staff, open from routing.staff_load where staff = any($1)", ["dunja", "emeka"])
    assert {row["staff"]: row["open"] for row in loads} == {"dunja": 1, "emeka": 1}
