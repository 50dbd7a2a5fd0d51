"""Partitions as the Java client computes them, or two services would disagree about where a lead lives."""

import pytest
from aiokafka import partitioner
from hypothesis import given
from hypothesis import strategies as st

from contracts.streams import FOR_EVER, NETWORK, STREAMS, TOKENS, murmur2, partition_of

# org.apache.kafka.common.utils.UtilsTest, signed as Java prints them.
JAVA = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize(("text", "java"), JAVA.items())
def test_murmur2_gives_the_published_values(text: str, java: int) -> None:
    assert murmur2(text.encode()) == java % 2**32


@pytest.mark.parametrize(
    ("key", "partition"),
    # The published hash with its sign bit cleared, divided by 12: "21" is 1173551340 = 97795945 x 12 + 0.
    [("21", 0), ("foobar", 6), ("a-little-bit-long-string", 8), ("a-little-bit-longer-string", 11), ("abc", 3)],
)
def test_a_key_has_the_partition_of_its_hash(key: str, partition: int) -> None:
    assert partition_of(key) == partition


@given(st.binary(max_size=80))
def test_murmur2_is_the_one_of_another_client(data: bytes) -> None:
    assert murmur2(data) == partitioner.murmur2(data) % 2**32


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_another_client_sends_a_key_to_the_same_partition(key: str) -> None:
    other = partitioner.DefaultPartitioner()(key.encode(), list(range(12)), list(range(12)))
    assert partition_of(key) == other


def test_leads_spread_over_all_partitions() -> None:
    assert {partition_of(f"0199f4c2-6b1a-7c3e-9d52-{n:012x}") for n in range(500)} == set(range(12))


def test_tokens_are_gone_within_a_day() -> None:
    assert TOKENS.segment is not None
    assert (TOKENS.kept + TOKENS.segment).total_seconds() < 24 * 3600
    assert (TOKENS.read_by, TOKENS.blank_after_send) == (("routing",), True)
    assert [name for name, stream in STREAMS.items() if stream.blank_after_send] == ["tokens"]


def test_the_network_is_kept_for_ever_and_the_rest_is_not() -> None:
    assert NETWORK.kept == FOR_EVER
    assert {name for name, stream in STREAMS.items() if stream.kept < FOR_EVER * 0} == {"network"}


def test_a_namespace_prefixes_the_topic() -> None:
    assert STREAMS["leads"].topic("baton") == "baton.leads.v1"
    assert STREAMS["leads"].topic("t-7f3a") == "t-7f3a.leads.v1"
