"""Which errors hold a key, which hold a stream, and that everything else is tried again (delivery.md)."""

import pytest
from aiokafka import errors

from services.chassis.relay.verdict import InvalidRecord, Verdict, teach_errors, verdict_on


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (errors.MessageSizeTooLargeError(), Verdict.RECORD),
        (errors.InvalidTimestampError(), Verdict.RECORD),
        (InvalidRecord(), Verdict.RECORD),
        (errors.TopicAuthorizationFailedError(), Verdict.TOPIC),
        (errors.UnknownTopicOrPartitionError(), Verdict.TOPIC),
        (errors.OutOfOrderSequenceNumber(), Verdict.LATER),
        (errors.NotEnoughReplicasError(), Verdict.LATER),
        (errors.KafkaConnectionError(), Verdict.LATER),
        (errors.UnknownError(), Verdict.LATER),
        (TimeoutError(), Verdict.LATER),
        (AssertionError("Unrecognized partition"), Verdict.LATER),
    ],
)
def test_an_error_means(error: Exception, verdict: Verdict) -> None:
    """Permanent for a record (a closed list), permanent for a topic, everything else retriable."""
    assert verdict_on(error) is verdict


def test_the_closed_list_holds_three_errors() -> None:
    """A closed list: MessageSizeTooLarge, InvalidTimestamp, InvalidRecord; of all that Kafka can answer."""
    teach_errors()
    found = {kind.__name__ for kind in errors.kafka_errors.values() if verdict_on(kind()) is Verdict.RECORD}
    assert found == {"MessageSizeTooLargeError", "InvalidTimestampError", "InvalidRecord"}


def test_kafkas_invalid_record_is_known_by_its_number() -> None:
    """87 is INVALID_RECORD in Kafka's protocol guide; the library alone would report UnknownError."""
    teach_errors()
    assert errors.for_code(87) is InvalidRecord
