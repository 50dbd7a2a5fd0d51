"""A lead some of whose facts wait for repair: blocked by the system, not called meanwhile (delivery.md)."""

from tests.doors import Doors
from tests.routing.desk import DeskOfTests
from tests.routing.leads.test_commands import CALL, owned, post

PARK = """
insert into parked (stream, key, version, topic, partition, "offset", why, head)
values ('referrals', $1, 2, 't', 0, 0, 'gap', '{}')
"""


async def test_a_parked_lead_is_shown_blocked_and_takes_no_outreach_until_it_is_healed(
    desk: DeskOfTests, doors: Doors, tag: str
) -> None:
    lead = (await owned(desk, tag)).key
    ines = await doors.ask("routing", f"staff:ana-{tag}")
    before = await desk.names(lead)
    await desk.parks(lead, PARK)
    [row] = [row for row in (await ines.get("/desk/v1/queue")).json()["leads"] if row["lead"] == lead]
    assert [(blocker["kind"], blocker["resolver"]) for blocker in row["blockers"]] == [("system", "operator")]
    refused = await post(ines, lead, "attempts", CALL, version=(await desk.lead(lead)).version)
    assert (refused.status_code, refused.json()["code"]) == (409, "lead_held")
    assert await desk.names(lead) == before  # what parking holds is local: no fact is said about it
    await desk.parks(lead, "delete from parked where key = $1", parked=False)
    taken = await post(ines, lead, "attempts", CALL, version=(await desk.lead(lead)).version)
    assert taken.status_code == 200


async def test_a_parked_key_that_is_no_lead_holds_nothing(desk: DeskOfTests, tag: str) -> None:
    lead = (await owned(desk, tag)).key
    before = await desk.lead(lead)
    await desk.parks(f"site/{tag}", PARK)
    assert await desk.lead(lead) == before
