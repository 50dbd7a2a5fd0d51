"""What a failed batch means: later, this record never, or this topic not at all (delivery.md)."""

from enum import StrEnum
from typing import Final

from aiokafka import errors as kafka_errors
from aiokafka.errors import BrokerResponseError


class InvalidRecord(BrokerResponseError):  # type: ignore[misc]
    """Kafka's INVALID_RECORD, which aiokafka 0.14 does not know and would report as UnknownError."""

    errno = 87
    message = "INVALID_RECORD"
    description = "The broker refused a record for what it says"


class Verdict(StrEnum):
    """What becomes of the facts of a failed batch."""

    LATER = "unknown"
    """they may be on Kafka or not; the shard pauses and starts again from its first unsent row"""
    RECORD = "refused"
    """one of them will never be taken"""
    TOPIC = "topic"
    """none of this stream is taken until somebody mends its topic"""


_RECORD: Final = (kafka_errors.MessageSizeTooLargeError, kafka_errors.InvalidTimestampError, InvalidRecord)
_TOPIC: Final = (
    kafka_errors.UnknownTopicOrPartitionError,
    kafka_errors.InvalidTopicError,
    kafka_errors.TopicAuthorizationFailedError,
    kafka_errors.InvalidRequiredAcksError,
    kafka_errors.PolicyViolationError,
    kafka_errors.UnsupportedForMessageFormatError,
)


def verdict_on(error: BaseException) -> Verdict:
    """Both lists are closed; everything else, and so every error nobody thought of, is tried again and holds nothing.

    Among the rest is OutOfOrderSequenceNumber: an idempotent producer answers it after one refused batch.
    """
    if isinstance(error, _RECORD):
        return Verdict.RECORD
    return Verdict.TOPIC if isinstance(error, _TOPIC) else Verdict.LATER


def teach_errors() -> None:
    """Make aiokafka report the error code it does not know by name."""
    kafka_errors.kafka_errors.setdefault(InvalidRecord.errno, InvalidRecord)
