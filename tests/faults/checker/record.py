"""One record of a topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic as librdkafka gave it."""

    topic: str
    stream: str
    """`leads`, `watermarks`, ..."""
    partition: int
    offset: int
    key: str
    headers: Mapping[str, str]
    """as text: ce_id, ce_type, ce_source, ce_time, version header, ...; what is not UTF-8 is replaced"""
    value: bytes
    timestamp_ms: int

    body: Any = None
    """the JSON of the value; None when it is not JSON (poison)"""
