"""Schedules around a due time."""

import asyncio
from datetime import UTC, datetime

from tests.faults.patched.arms import arm, wait_met
from tests.faults.patched.scenarios.hands import ATTEMPT, Hands
from tests.faults.patched.scenarios.network import QUICK
from tests.faults.patched.scenarios.room import Room
from tests.faults.traffic.network import SECONDS

_TIMER = "select exists (select from sla.timer where subject::text = $1)"


async def ticker_stopped_after_its_look(room: Room, hands: Hands) -> None:
    """A ticker has seen a due timer and holds no lock; the answer comes and is heard; the ticker goes on."""
    lead = await hands.refer_owned(QUICK)
    await room.until(_TIMER, lead)
    arm(room.arm, "after_look_before_lock", "stop", role="sla.tick", kind="first_response")
    await wait_met(room.arm, "after_look_before_lock", SECONDS["warn"] + 5.0)
    await hands.act(lead, ATTEMPT)
    await hands.heard("sla", lead)
    await room.roles["sla.tick"].thaw()


async def answer_given_and_not_heard(room: Room, hands: Hands) -> None:
    """A lead is answered in time, and routing's relay stands still until after the due time."""
    lead = await hands.refer_owned(QUICK)
    await room.until(_TIMER, lead)
    await hands.heard("sla", lead)
    await room.roles["routing.relay"].freeze()
    await hands.act(lead, ATTEMPT)
    [row] = await room.rows("select due from sla.timer where subject::text = $1", lead)
    await asyncio.sleep((row["due"] - datetime.now(UTC)).total_seconds() + 1.5)
    await room.roles["routing.relay"].thaw()
