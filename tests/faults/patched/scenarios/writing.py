"""Schedules around a writer: stopped or killed before its commit, or before it writes."""

import asyncio

from contracts.streams import partition_of
from tests.faults.patched.arms import arm, wait_met
from tests.faults.patched.scenarios.hands import ATTEMPT, CLOSE, FULL, Hands
from tests.faults.patched.scenarios.network import little_network
from tests.faults.patched.scenarios.room import Room

_MET = 10.0
_WAITS = (
    "select exists (select from pg_stat_activity where datname = current_database() "
    "and application_name = $1 and wait_event_type = 'Lock')"
)


async def writer_stopped_before_commit(room: Room, hands: Hands) -> None:
    """A command has its outbox rows and no commit; meanwhile others of the same shard come, are committed and sent."""
    lead = await hands.refer_owned()
    arm(room.arm, "before_outbox_commit", "stop", role="routing.api")
    acting = hands.start(hands.act(lead, ATTEMPT))
    await wait_met(room.arm, "before_outbox_commit", _MET)
    shard = partition_of(lead)
    beside: list[str] = []
    while not beside:
        more = await asyncio.gather(*(hands.refer() for _ in range(12)))
        beside = [one for one in more if partition_of(one) == shard]
    await room.until(
        "select exists (select from routing.outbox where key = $1 and stream = 'leads' and sent_at is not null)",
        beside[0],
    )
    await room.roles["routing.api"].thaw()
    await acting


async def writer_stopped_before_it_writes(room: Room, hands: Hands) -> None:
    """A close has its transaction and its time; meanwhile a lead comes that waits for the place it will free. Then it
    gives the place: the lead's later fact in the older transaction. The relay sees both at once.
    """
    first, _ = [await hands.refer_owned(site=FULL) for _ in range(2)]
    await room.roles["routing.relay"].freeze()
    arm(room.arm, "after_time_taken", "stop", role="routing.api")
    closing = hands.start(hands.act(first, CLOSE))
    await wait_met(room.arm, "after_time_taken", _MET)
    waiting = await hands.refer(site=FULL)
    await room.until("select waiting is not null from routing.lead where id::text = $1", waiting)
    await room.roles["routing.api"].thaw()
    await closing
    await room.until("select owner is not null from routing.lead where id::text = $1", waiting)
    await room.roles["routing.relay"].thaw()


async def writer_killed_before_commit(room: Room, hands: Hands) -> None:
    """The door is killed with everything written and nothing committed; the partner asks again."""
    await hands.refer_owned()
    arm(room.arm, "before_outbox_commit", "kill", role="intake.api")
    asking = hands.start(hands.refer())
    await wait_met(room.arm, "before_outbox_commit", _MET)
    await room.back("intake.api")
    await asking


async def drained_twice(room: Room, hands: Hands) -> None:
    """More room at a full site: a reader of the network gives it to who waits, and before its commit a sweep comes."""
    for _ in range(2):
        await hands.refer_owned(site=FULL)
    waiting = await hands.refer(site=FULL)
    await room.until("select waiting is not null from routing.lead where id::text = $1", waiting)
    await room.roles["routing.tick"].kill()
    arm(room.arm, "before_outbox_commit", "stop", role="routing.consume")
    await room.apply(little_network(room=5))
    await wait_met(room.arm, "before_outbox_commit", _MET)
    await room.roles["routing.tick"].start()
    await _sweeps(room)
    await room.roles["routing.consume"].thaw()


async def _sweeps(room: Room) -> None:
    """Until the sweep waits for a lock, or has been round and found nothing to wait for."""
    waits = room.until(_WAITS, "baton-routing-tick", within=6)
    ready = room.roles["routing.tick"].ready()
    tasks = [asyncio.ensure_future(one) for one in (waits, ready)]
    _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.wait(tasks)


async def nothing_happens(room: Room, hands: Hands) -> None:
    """Ordinary referrals, owned and closed."""
    for lead in [await hands.refer_owned() for _ in range(3)]:
        await hands.act(lead, CLOSE)


async def outsider_looks(room: Room, hands: Hands) -> None:
    """Leads at two sites, read by who may; at rest everybody's queue is asked for, and one of them may see nothing."""
    for site in (FULL, "lowmoor"):
        await hands.refer_owned(site=site)
    await hands.staff.read("lead-1", "/desk/v1/queue")
