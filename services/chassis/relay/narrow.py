"""Which record does Kafka refuse? aiokafka does not say, so the batch is halved until one is refused alone. Pure.

`suspects` is how many of a shard and stream's first unsent facts hold the refused one, 0 when nothing is suspected.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a try taught. `found`: it was one record, and it was refused alone."""

    suspects: int
    found: bool = False


def tries(suspects: int) -> int | None:
    """How many facts the next batch may have: half of the suspects; None is as many as fit."""
    return max(1, suspects // 2) if suspects else None


def after_refusal(tried: int) -> Narrowed:
    """A batch of `tried` facts was refused as a whole."""
    return Narrowed(0, found=True) if tried == 1 else Narrowed(tried)


def after_success(suspects: int, tried: int) -> Narrowed:
    """A batch of `tried` facts is on Kafka: the refused one is among the others, or there is none any more."""
    return Narrowed(max(0, suspects - tried))
