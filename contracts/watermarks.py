"""What a relay says about how far its streams are complete; the records of `<namespace>.watermarks.v1`.

Not facts: no version, no cursor, the greatest wins. The record's key is the service's name.
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Moment

HELD_NAMED: Final = 100
"""Held keys named in one entry; what is beyond is a number, so that a record stays small (P17)."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ShardWatermark(_Told):
    """One partition of one stream. It counts for a reader once its own position there has reached `offset`."""

    stream: str
    partition: Annotated[int, Field(ge=0)]
    at: Moment
    """every fact of this partition with an earlier time, but those of held keys, stands before `offset`"""
    offset: Annotated[int, Field(ge=0)]
    """the partition's end: the offset the next record will get"""
    held: Annotated[tuple[str, ...], Field(max_length=HELD_NAMED)] = ()
    """keys with facts that Kafka refuses, the first by name; what is known of them may be incomplete at any time"""
    held_more: Annotated[int, Field(ge=0)] = 0
    """such keys that are not named: any key of the partition may be one of them"""


class Watermarks(_Told):
    """All shards one relay owned at one moment. Times are the business clock of `service`."""

    service: str
    shards: tuple[ShardWatermark, ...]
