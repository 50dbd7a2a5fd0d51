"""The consume role as a loop that beats: readers say how they do, Kafka is asked whether it is there."""

import asyncio
from collections.abc import Mapping
from typing import Final

from services.chassis.consume.reader import Progress
from services.chassis.consume.readers import Readers
from services.chassis.process.keeper import Beat
from services.chassis.process.probes import Probe
from services.chassis.signal import rest

_LOOK: Final = 1.0
_ASK_EVERY: Final = 10
"""Looks between two questions to Kafka: a reader with nothing to read cannot tell an idle broker from a dead one."""


def got_on(now: Mapping[str, Progress], before: Mapping[str, float]) -> bool:
    """Whether every reader is done with a poll since, has nothing to read, or is paused until somebody resumes it.

    `before`: when each was last done with a poll, at the last beat. A reader that waits for its database, or has
    records and brings no poll to an end, does not get on.
    """
    return all(
        reader.connected
        and (reader.waiting == "paused" or (reader.waiting is None and (not reader.behind or reader.at > before[name])))
        for name, reader in now.items()
    )


async def read(readers: Readers, topics: Probe, kafka: Probe, stop: asyncio.Event, beat: Beat) -> None:
    """Run the readers until `stop`, beating while all of them get on and Kafka answers; first, until topics are right:
    a consumer of a topic that is not there is as content as one with nothing to read.
    """
    running = asyncio.create_task(readers.run(stop), name="readers")
    try:
        await _watch(readers, topics, kafka, running, beat)
        await running
    finally:
        running.cancel()
        await asyncio.wait({running})


async def _watch(readers: Readers, topics: Probe, kafka: Probe, running: asyncio.Task[None], beat: Beat) -> None:
    before = {name: reader.at for name, reader in readers.progress.items()}
    ended = asyncio.Event()
    running.add_done_callback(lambda _: ended.set())
    looks, answers, probe = 0, False, topics
    while not ended.is_set():
        if looks % _ASK_EVERY == 0 or not answers:
            answers = await probe()
            probe = kafka if answers else probe
        looks += 1
        now = readers.progress
        if answers and got_on(now, before):
            before = {name: reader.at for name, reader in now.items()}
            beat()
        await rest(ended, _LOOK)
