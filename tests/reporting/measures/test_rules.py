"""Which facts count for something: what a recount passes over must add nothing."""

from contracts.examples import EXAMPLES
from services.reporting.measures.rules import COUNTED, fold


def test_a_type_is_read_by_a_recount_exactly_if_one_of_its_examples_counts() -> None:
    counting = {type(one.fact.body) for one in EXAMPLES if fold([one.fact])}
    assert counting == set(COUNTED)
