"""Every topic from its first record to its end, as librdkafka gives it: assigned, no group, nothing committed.

2 million records take well under a minute and about 1 KiB each: a record keeps its bytes, header values stand in one
tuple (what repeats is one object), and a body is parsed when a law looks at it, never kept.
"""

import gc
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from tests.faults.checker.record import Record

STREAMS: Final = {"network": 12, "tokens": 12, "referrals": 12, "leads": 12, "alerts": 12, "watermarks": 1}
"""What there must be and in how many partitions: the checker's own knowledge."""

_AT_ONCE: Final = 10_000
_ANSWER_WITHIN: Final = 30.0
_FILLS_WITHIN: Final = 0.05
"""`consume` waits for the whole number of records or for this long."""
_UNLIKE: Final = {"ce_id", "ce_causationid", "ce_time"}
"""Headers of which no two records have the same: not worth remembering."""
_UNREAD: Final = {"traceparent", "ce_specversion", "content-type"}


class TopicsAway(RuntimeError):
    """Kafka did not answer, or a topic is not there: nothing can be judged."""


class Heads(Mapping[str, str]):
    """A record's headers: one tuple of values, the names shared by all records that have the same."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[str, ...]) -> None:
        self._places, self._values = places, values

    def __getitem__(self, name: str) -> str:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Raw(Record):
    """A record whose body is parsed when it is asked for; the last one asked for is remembered."""

    __slots__ = ()
    _latest: tuple["Raw | None", Any] = (None, None)

    def __init__(self, *parts: Any) -> None:
        for name, value in zip(Raw.__match_args__[:8], parts, strict=True):
            object.__setattr__(self, name, value)

    @property
    def body(self) -> Any:
        """The JSON of the value, None when it is none."""
        held, body = Raw._latest
        if held is not self:
            body = parsed(self.value)
            Raw._latest = (self, body)
        return body


@dataclass
class Topics:
    """What was read."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    ends: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)


def parsed(value: bytes) -> Any:
    """JSON, strictly UTF-8; None for anything else."""
    try:
        return json.loads(value.decode("utf-8"))
    except ValueError:
        return None


def read_topics(kafka: str, namespace: str) -> Topics:
    """All records of all topics of a namespace, by partition and offset. Raises TopicsAway."""
    consumer = Consumer(settings(kafka) | {"queued.max.messages.kbytes": 65_536})
    collecting = gc.isenabled()
    gc.disable()  # nothing here is a cycle, and a look over millions of young objects costs more than reading them
    try:
        names = topics_of(consumer, namespace)
        found = Topics({name: [] for name in STREAMS}, _ends(consumer, names))
        _read(consumer, names, found)
    except KafkaException as error:
        raise TopicsAway(str(error.args[0])) from None
    finally:
        consumer.close()
        if collecting:
            gc.enable()
    for records in found.records.values():
        records.sort(key=lambda record: (record.partition, record.offset))
    return found


def settings(kafka: str) -> dict[str, Any]:
    """A consumer that belongs to nobody and commits nothing; librdkafka wants a group's name all the same."""
    return {
        "bootstrap.servers": kafka,
        "group.id": "checker-of-nobody",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "allow.auto.create.topics": False,
        "fetch.wait.max.ms": 50,
        "log_level": 0,
    }


def topics_of(consumer: Consumer, namespace: str) -> dict[str, tuple[str, int]]:
    """topic -> (stream, partitions). Raises TopicsAway when one of the six is not there with all its partitions."""
    there = consumer.list_topics(timeout=_ANSWER_WITHIN).topics
    wanted = {f"{namespace}.{stream}.v1": (stream, partitions) for stream, partitions in STREAMS.items()}
    for topic, (_, partitions) in wanted.items():
        if topic not in there or len(there[topic].partitions) != partitions:
            raise TopicsAway(f"{topic} is not there with {partitions} partitions")
    return wanted


def _ends(consumer: Consumer, names: Mapping[str, tuple[str, int]]) -> dict[tuple[str, int], tuple[int, int]]:
    places = [(topic, partition) for topic, (_, count) in names.items() for partition in range(count)]
    return {place: _end(consumer, place) for place in places}


def _end(consumer: Consumer, place: tuple[str, int]) -> tuple[int, int]:
    """First offset and end; a broker that has just started is asked again while it takes the lead of its partitions."""
    deadline = time.monotonic() + _ANSWER_WITHIN
    while True:
        try:
            return consumer.get_watermark_offsets(TopicPartition(*place), timeout=_ANSWER_WITHIN, cached=False)
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _read(consumer: Consumer, names: Mapping[str, tuple[str, int]], found: Topics) -> None:
    left = {place: end for place, (begin, end) in found.ends.items() if end > begin}
    consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in left])
    memo = _Memo()
    heard = time.monotonic()
    while left:
        messages = [one for one in consumer.consume(_AT_ONCE, timeout=_FILLS_WITHIN) if one.error() is None]
        if messages:
            heard = time.monotonic()
        elif time.monotonic() - heard > _ANSWER_WITHIN:
            raise TopicsAway(f"{len(left)} partitions gave nothing for {_ANSWER_WITHIN:.0f} s")
        for message in messages:
            topic, partition, offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
            stream = names[topic][0]
            found.records[stream].append(memo.record(message, topic, stream, partition, offset))
            if offset + 1 >= left.get((topic, partition), 0):
                left.pop((topic, partition), None)


def headers_of(message: Message) -> list[tuple[str, bytes]]:
    """Its headers as written; a value that is not there is empty."""
    found = message.headers() or []
    pairs = found.items() if isinstance(found, dict) else found
    return [(name, value.encode() if isinstance(value, str) else value or b"") for name, value in pairs]


class _Memo:
    """Makes records; texts that come again and again are one object."""

    def __init__(self) -> None:
        self._texts: dict[bytes, str] = {}
        self._shapes: dict[tuple[str, ...], dict[str, int]] = {}

    def record(self, message: Message, topic: str, stream: str, partition: int, offset: int) -> Raw:
        kept = [(name, value) for name, value in headers_of(message) if name not in _UNREAD]
        names = tuple(name for name, _ in kept)
        places = self._shapes.setdefault(names, {name: place for place, name in enumerate(names)})
        values = tuple(self._text(value, name not in _UNLIKE) for name, value in kept)
        key = self._text(_bytes(message.key()), True)
        return Raw(
            topic,
            stream,
            partition,
            offset,
            key,
            Heads(places, values),
            _bytes(message.value()),
            message.timestamp()[1],
        )

    def _text(self, raw: bytes, again: bool) -> str:
        if not again:
            return raw.decode("utf-8", "replace")
        text = self._texts.get(raw)
        if text is None:
            text = self._texts[raw] = raw.decode("utf-8", "replace")
        return text


def _bytes(value: bytes | str | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""
