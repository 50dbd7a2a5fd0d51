"""Crashes and two owners of a partition (delivery.md, "Each failure, and what closes it"; P1, P5)."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process

from tests.chassis.consume.stand import Room, Stand, a_fact, lead, running

TWENTY = [a_fact(lead(n), v, partition=n % 3) for v in (1, 2) for n in range(10)]
DONE = {lead(n): [1, 2] for n in range(10)}


async def a_process(stand: Stand, mode: str) -> Process:
    told = {"mode": mode, "url": stand.url, "kafka": stand.kafka, "namespace": stand.namespace}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chassis.consume.one_reader", json.dumps(told), stdout=PIPE
    )


async def test_killed_between_effect_and_commit(stand: Stand) -> None:
    """Crash point: the effect is rolled back with its cursor; the next owner does it, once."""
    await stand.say(TWENTY)
    process = await a_process(stand, "inside")
    assert await process.wait() == -signal.SIGKILL
    assert await stand.tally() == {}
    async with running(stand.reader(Room())):
        await stand.read_to(20)
    assert await stand.tally() == DONE


async def test_killed_after_effect_before_offset(stand: Stand) -> None:
    """Crash point: effect, cursor and position were committed together; Kafka's offset was not, and nobody asks it."""
    await stand.say(TWENTY)
    process = await a_process(stand, "after")
    assert await process.wait() == -signal.SIGKILL
    done = await stand.position()
    assert sum(len(versions) for versions in (await stand.tally()).values()) == done > 0
    async with running(stand.reader(Room())):
        await stand.read_to(20)
    assert await stand.tally() == DONE


async def test_a_frozen_owner_lets_go_and_cannot_do_it_twice(stand: Stand) -> None:
    """Frozen inside the transaction: session timeouts take its locks away, then the cursor check stops it."""
    await stand.say(TWENTY)
    process = await a_process(stand, "frozen")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"frozen\n"
    try:
        async with running(stand.reader(Room())):
            await stand.read_to(20)
            assert await stand.tally() == DONE
            process.send_signal(signal.SIGCONT)  # it goes on with a batch that is no longer its own
            await stand.say([a_fact(lead(10), 1)])
            await stand.read_to(21)
    finally:
        process.kill()
        await process.wait()
    assert await stand.tally() == {**DONE, lead(10): [1]}


async def test_two_readers_of_one_partition_apply_each_fact_once(stand: Stand) -> None:
    """P5: two owners at the same time (two groups here: both have every partition); the cursor check closes it."""
    first, second = stand.reader(Room()), stand.reader(Room())
    second.group = f"{second.group}.stale"
    said = [a_fact(lead(n), v, partition=n % 3) for v in range(1, 11) for n in range(40)]
    async with running(first), running(second):
        for start in range(0, 400, 50):
            await stand.say(said[start : start + 50])
        await stand.read_to(400)
    assert await stand.tally() == {lead(n): list(range(1, 11)) for n in range(40)}
    assert await stand.parked() == []


async def test_a_stale_owner_that_held_a_poll_finds_repeats(stand: Stand) -> None:
    """P5: a poll taken before a rebalance, applied after the new owner has gone on: nothing happens twice or back."""
    held, go = asyncio.Event(), asyncio.Event()

    async def hold(_: object) -> None:
        held.set()
        await go.wait()
        raise ConnectionError("its transaction was lost; the same poll is tried again")

    stale = stand.reader(Room(before=hold))
    fresh = stand.reader(Room())
    fresh.group = f"{fresh.group}.new"
    await stand.say([a_fact(lead(1), 1)])
    async with running(stale):
        await held.wait()
        async with running(fresh):
            await stand.say([a_fact(lead(2), 1, partition=1)])
            go.set()
            await stand.read_to(2)
    assert await stand.tally() == {lead(1): [1], lead(2): [1]}
    assert await stand.position() == 2
