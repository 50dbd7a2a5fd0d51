"""Schedules around relays and readers."""

import asyncio
import time

from tests.faults.patched.arms import arm, met, wait_met
from tests.faults.patched.scenarios.hands import ATTEMPT, CLOSE, Hands
from tests.faults.patched.scenarios.room import Room

_MET = 10.0


async def one_of_two_relays_stopped(room: Room, hands: Hands) -> None:
    """One relay has picked a lead's facts and stands still; the lead's next fact comes, and the other relay runs."""
    arm(room.arm, "lease_just_expired", "stop", role="routing.relay", stream="leads")
    began = time.monotonic()
    while not met(room.arm, "lease_just_expired") and time.monotonic() - began < _MET:
        await hands.refer_owned()
        await asyncio.sleep(0.2)
    [held] = met(room.arm, "lease_just_expired")
    lead = held.held["keys"][0]
    await hands.act(lead, ATTEMPT)
    await asyncio.sleep(0.7)
    await room.roles["routing.relay"].thaw()


async def relay_killed_before_mark(room: Room, hands: Hands) -> None:
    """Facts are on Kafka and their rows are not marked: they are sent again."""
    arm(room.arm, "after_send_before_mark", "kill", role="intake.relay")
    lead = await hands.refer()
    await wait_met(room.arm, "after_send_before_mark", _MET)
    await room.back("intake.relay")
    await room.until(
        "select not exists (select from intake.outbox where key = $1 and sent_at is null)", lead, within=20
    )


async def reader_killed_while_it_waits(room: Room, hands: Hands) -> None:
    """A reader has polled and waits for a lock, for longer than a client's commit interval; then it is killed."""
    await hands.refer_owned()
    async with room.locked("routing.lead"):
        for _ in range(3):
            await hands.refer()
        await room.until(
            "select exists (select from pg_stat_activity where datname = current_database() "
            "and application_name = 'baton-routing-consume' and wait_event_type = 'Lock')"
        )
        await asyncio.sleep(1.5)
        await room.roles["routing.consume"].kill()
    await room.back("routing.consume")


async def reader_killed_before_handlers(room: Room, hands: Hands) -> None:
    """A reader has polled a referral and locked its cursor; nothing is applied yet."""
    arm(room.arm, "before_handlers", "kill", role="routing.consume", stream="referrals")
    await hands.refer()
    await wait_met(room.arm, "before_handlers", _MET)
    await room.back("routing.consume")


async def report_killed_before_offset(room: Room, hands: Hands) -> None:
    """Reporting has folded a referral and not moved its position."""
    topic = f"{room.world.namespace}.referrals.v1"
    arm(room.arm, "after_effect_before_offset", "kill", role="reporting.consume", topic=topic)
    await hands.refer()
    await wait_met(room.arm, "after_effect_before_offset", _MET)
    await room.back("reporting.consume")


async def poisoned_and_mended(room: Room, hands: Hands) -> None:
    """A fact of one lead fails in reporting; the cause goes, a later fact comes, and then somebody mends."""
    lead = await hands.refer_owned()
    await hands.heard("reporting", lead)

    async def fails() -> None:
        await hands.act(lead, ATTEMPT)
        await room.until(
            "select c.parked or c.version = h.version from reporting.reader_cursor c join routing.head h "
            "using (stream, key) where c.stream = 'leads' and c.key = $1",
            lead,
        )

    ask = await hands.poisoned("reporting", lead, fails)
    await hands.act(lead, CLOSE)
    await asyncio.sleep(0.5)
    await hands.mend("reporting", lead, ask)
