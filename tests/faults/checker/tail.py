"""The live tail: what a consumer without a group saw on the topics while the run went, and when.

One line for a run of records of one partition: `{"at", "topic", "partition", "offset", "ids"}`; `ids` are the `ce_id`
of `offset`, `offset + 1`, ... A line `{"what": "reset"}` says that the broker no longer had the next record.
"""

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from tests.faults.checker.topics import TopicsAway, headers_of, settings, topics_of
from tests.faults.world import World

_AT_ONCE: Final = 5_000
_PATIENCE: Final = 0.1
_QUIET: Final = 15
"""Polls in a row without a fact after which a tail that was asked to end has seen everything; relays that run never
stop saying how far they are.
"""
_WATERMARKS: Final = ".watermarks.v1"


class Ending:
    """Whether somebody asked this program to end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def tail(world: World, ending: Ending) -> None:
    """Write what comes until asked to end and nothing more comes. The broker may be away as long as it likes."""
    consumer = Consumer(settings(world.kafka) | {"queued.max.messages.kbytes": 32_768})
    handle = os.open(world.tail, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if _assigned(consumer, world.namespace, ending):
            _follow(consumer, handle, ending)
    finally:
        os.close(handle)
        consumer.close()


def _assigned(consumer: Consumer, namespace: str, ending: Ending) -> bool:
    """Wait for the topics, then take every partition from its beginning."""
    while not ending.asked:
        try:
            names = topics_of(consumer, namespace)
        except (KafkaException, TopicsAway):
            time.sleep(_PATIENCE)
            continue
        places = [(topic, partition) for topic, (_, count) in names.items() for partition in range(count)]
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for topic, partition in places])
        return True
    return False


def _follow(consumer: Consumer, handle: int, ending: Ending) -> None:
    quiet = 0
    while not (ending.asked and quiet >= _QUIET):
        messages = consumer.consume(_AT_ONCE, timeout=_PATIENCE)
        good = [message for message in messages if message.error() is None]
        lines = [*lines_for(good, time.time()), *_resets(consumer, messages)]
        if lines:
            os.write(handle, "".join(json.dumps(line) + "\n" for line in lines).encode())
            os.fdatasync(handle)
        quiet = 0 if any(not str(message.topic()).endswith(_WATERMARKS) for message in good) else quiet + 1


def lines_for(messages: Sequence[Message], at: float) -> Iterator[dict[str, Any]]:
    """One line for each run of neighbouring offsets of a partition."""
    runs: dict[tuple[str, int], dict[str, Any]] = {}
    for message in messages:
        place, offset = (str(message.topic()), int(message.partition() or 0)), int(message.offset() or 0)
        run = runs.get(place)
        if run is None or run["offset"] + len(run["ids"]) != offset:
            if run is not None:
                yield run
            run = runs[place] = {"at": at, "topic": place[0], "partition": place[1], "offset": offset, "ids": []}
        run["ids"].append(id_of(message))
    yield from runs.values()


def id_of(message: Message) -> str:
    """Its `ce_id`, empty where there is none (watermarks)."""
    return next((value.decode("utf-8", "replace") for name, value in headers_of(message) if name == "ce_id"), "")


def _resets(consumer: Consumer, messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    """The broker does not have what we want next: say so, and go on from its beginning. Other errors pass by."""
    for message in messages:
        error = message.error()
        if error is not None and error.code() == KafkaError._AUTO_OFFSET_RESET:
            topic, partition = str(message.topic()), int(message.partition() or 0)
            yield {"at": time.time(), "what": "reset", "topic": topic, "partition": partition}
            consumer.incremental_unassign([TopicPartition(topic, partition)])
            consumer.incremental_assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])


def main(folder: Path) -> int:
    """The program."""
    tail(World.load(folder), Ending())
    return 0
