"""The three kinds of metric over prometheus-client, with labels from closed sets only.

A label value outside its set becomes `other`: nothing read from a request can become a time series (S1), and nobody
can make a million of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Final, TypeVar

import prometheus_client
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

OTHER: Final = "other"
_PREFIX: Final = "baton_"
_VALUE = re.compile(r"[A-Za-z0-9_./{}:-]{1,100}")

S = TypeVar("S", prometheus_client.Counter, prometheus_client.Gauge, prometheus_client.Histogram)
Series = prometheus_client.Counter | prometheus_client.Gauge | prometheus_client.Histogram


class Registry:
    """The series of one process, and the label values its parts added to the closed sets."""

    def __init__(self) -> None:
        self.collectors = CollectorRegistry()
        self.series: dict[str, Series] = {}
        self.children: dict[tuple[str, tuple[str, ...]], Series] = {}
        self.known: dict[tuple[object, ...], Series] = {}
        """the same by labels as they are given: a counter is asked for many times a request"""
        self.added: dict[str, set[str]] = {}
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=self.collectors)


class _Current:
    registry: ClassVar[Registry | None] = None  # made by its first use: a module that counts builds nothing


def current() -> Registry:
    """Return the registry of this process."""
    if _Current.registry is None:
        _Current.registry = Registry()
    return _Current.registry


@contextmanager
def fresh() -> Iterator[Registry]:
    """Count into an empty registry for a while (tests)."""
    before, _Current.registry = _Current.registry, Registry()
    try:
        yield _Current.registry
    finally:
        _Current.registry = before


def allow(label: str, *values: str) -> None:
    """Add values to a label's closed set: route templates, service names. Only what stands in our own code."""
    for value in values:
        if not _VALUE.fullmatch(value):
            raise ValueError(f"not a value for the label {label}")
    current().added.setdefault(label, set()).update(values)


def render() -> bytes:
    """Return the body of `/metrics` (Prometheus text format 0.0.4)."""
    return generate_latest(current().collectors)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name without the prefix `baton_`, its help, its unit, and each label's closed set of values."""

    name: str
    help: str
    unit: str = ""
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def value(self, **labels: str) -> float:
        """Return the value counted so far (of a histogram the sum); 0.0 where nothing was."""
        name = f"{_PREFIX}{self.name}" + ("_sum" if isinstance(self, Histogram) else "")
        return current().collectors.get_sample_value(name, self._values(labels)) or 0.0

    def _values(self, labels: Mapping[str, str]) -> dict[str, str]:
        if labels.keys() != self.labels.keys():
            raise TypeError(f"{self.name} has the labels {sorted(self.labels)}")
        added = current().added
        return {
            name: labels[name] if labels[name] in known or labels[name] in added.get(name, ()) else OTHER
            for name, known in self.labels.items()
        }

    def _child(self, labels: Mapping[str, str], kind: type[S], make: Callable[[Registry], S]) -> S:
        registry = current()
        given = (self.name, *labels.items())
        known = registry.known.get(given)
        if isinstance(known, kind):
            return known
        values = tuple(self._values(labels).values())
        child = registry.children.get((self.name, values))
        if not isinstance(child, kind):
            series = registry.series.get(self.name)
            if not isinstance(series, kind):
                series = registry.series[self.name] = make(registry)
            child = series.labels(*values) if values else series
            registry.children[self.name, values] = child
        if OTHER not in values:  # what was asked for by name: closed sets, so this stays small
            registry.known[given] = child
        return child

    @property
    def _said(self) -> tuple[str, str, list[str]]:
        return _PREFIX + self.name, self.help, [*self.labels]


@dataclass(frozen=True, slots=True)
class Counter(Metric):
    """Only grows; its name ends in `_total`."""

    def add(self, amount: float = 1, **labels: str) -> None:
        """Count `amount` more."""
        self._child(labels, prometheus_client.Counter, self._make).inc(amount)

    def _make(self, registry: Registry) -> prometheus_client.Counter:
        return prometheus_client.Counter(*self._said, registry=registry.collectors)


@dataclass(frozen=True, slots=True)
class Gauge(Metric):
    """Goes up and down."""

    def set(self, value: float, **labels: str) -> None:
        """Say what it is now."""
        self._child(labels, prometheus_client.Gauge, self._make).set(value)

    def _make(self, registry: Registry) -> prometheus_client.Gauge:
        return prometheus_client.Gauge(*self._said, registry=registry.collectors)


@dataclass(frozen=True, slots=True)
class Histogram(Metric):
    """Counts observations by upper bounds, in the metric's unit."""

    bounds: tuple[float, ...] = ()

    def observe(self, value: float, **labels: str) -> None:
        """Count one observation."""
        self._child(labels, prometheus_client.Histogram, self._make).observe(value)

    def count(self, **labels: str) -> float:
        """Return how many observations there were."""
        return current().collectors.get_sample_value(f"{_PREFIX}{self.name}_count", self._values(labels)) or 0.0

    def _make(self, registry: Registry) -> prometheus_client.Histogram:
        return prometheus_client.Histogram(*self._said, registry=registry.collectors, buckets=self.bounds)
