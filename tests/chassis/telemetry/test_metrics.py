"""Metrics count what they are told, under labels from closed sets only."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contracts.streams import STREAMS
from services.chassis.telemetry import metrics
from services.chassis.telemetry.meters import Counter, Gauge, Histogram, Registry
from tests.chassis.telemetry.canary import Canary


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[Registry]:
    with metrics.fresh() as registry:
        yield registry


def labelled(**labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


def samples() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What a scraper reads: the library's parser, not our list."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, labelled(**sample.labels)): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith("baton_")
    }


def test_what_is_counted_is_what_is_scraped() -> None:
    metrics.READER_FACTS.add(3, service="sla", stream="leads", outcome="due")
    metrics.READER_FACTS.add(2, service="sla", stream="leads", outcome="due")
    metrics.OUTBOX_OLDEST.set(1.5, service="intake")
    metrics.KEYSTORE_LEFT.set(700)
    metrics.TIMER_LATENESS.observe(0.2, service="sla")
    found = samples()
    assert found["baton_reader_facts_total", labelled(service="sla", stream="leads", outcome="due")] == 5
    assert found["baton_outbox_oldest_seconds", labelled(service="intake")] == 1.5
    assert found["baton_keystore_left", ()] == 700
    assert found["baton_timer_lateness_seconds_count", labelled(service="sla")] == 1
    assert found["baton_timer_lateness_seconds_bucket", labelled(service="sla", le="0.1")] == 0
    assert found["baton_timer_lateness_seconds_bucket", labelled(service="sla", le="0.25")] == 1
    assert metrics.READER_FACTS.value(service="sla", stream="leads", outcome="due") == 5
    assert (metrics.TIMER_LATENESS.count(service="sla"), metrics.TIMER_LATENESS.value(service="sla")) == (1, 0.2)


@pytest.mark.parametrize("metric", metrics.ALL, ids=lambda metric: metric.name)
def test_a_canary_in_any_label_of_any_metric_becomes_other(metric: metrics.Metric) -> None:
    canary = Canary.hatch()
    for value in canary.values:
        labels = dict.fromkeys(metric.labels, value)
        match metric:
            case Counter():
                metric.add(1, **labels)
            case Gauge():
                metric.set(1, **labels)
            case Histogram():
                metric.observe(1, **labels)
    assert canary.is_in(metrics.render().decode()) == []
    series = [labels for name, labels in samples() if not name.endswith("_bucket")]
    assert series
    assert all({value for _, value in labels} <= {"other"} for labels in series)


def test_a_value_added_by_the_process_counts_under_its_own_name() -> None:
    metrics.allow("route", "/desk/v1/leads/{lead}/attempts")
    for route in ("/desk/v1/leads/{lead}/attempts", "/desk/v1/leads/7/attempts", "/etc"):
        metrics.HTTP_REQUESTS.add(1, service="routing", route=route, status="2xx")
    assert {key[1]: value for key, value in samples().items()} == {
        labelled(service="routing", route="/desk/v1/leads/{lead}/attempts", status="2xx"): 1,
        labelled(service="routing", route="other", status="2xx"): 2,
    }


@pytest.mark.parametrize("value", ["", "two words", 'quote"', "line\nbreak", "x" * 101, "a@b.example"])
def test_an_odd_value_cannot_be_added(value: str) -> None:
    with pytest.raises(ValueError, match="not a value for the label route"):
        metrics.allow("route", value)


def test_wrong_labels_are_a_mistake_in_the_program() -> None:
    with pytest.raises(TypeError, match="statements_total has the labels"):
        metrics.STATEMENTS.add(1)
    with pytest.raises(TypeError, match="statements_total has the labels"):
        metrics.STATEMENTS.add(1, service="sla", person="x")


def test_names_are_unique_and_say_their_kind() -> None:
    names = [metric.name for metric in metrics.ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert {metric.name for metric in metrics.ALL if metric.name.endswith("_total")} == {
        metric.name for metric in metrics.ALL if isinstance(metric, Counter)
    }
    assert all(metric.unit == "seconds" for metric in metrics.ALL if "_seconds" in metric.name)


def test_services_and_streams_are_those_of_the_contracts() -> None:
    assert metrics.READER_FACTS.labels["service"] == {"intake", "routing", "sla", "reporting"}
    assert metrics.READER_FACTS.labels["stream"] == set(STREAMS)


def test_each_registry_counts_for_itself() -> None:
    metrics.STATEMENTS.add(4, service="sla")
    with metrics.fresh():
        assert metrics.STATEMENTS.value(service="sla") == 0
        metrics.STATEMENTS.add(1, service="sla")
    assert metrics.STATEMENTS.value(service="sla") == 4
