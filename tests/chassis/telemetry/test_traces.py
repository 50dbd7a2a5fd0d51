"""A trace goes from hand to hand as a W3C string and carries nothing about a person."""

import re
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis.telemetry import traces
from services.chassis.telemetry.traces import Traces, current_trace, current_traceparent, open_traces, span
from tests.chassis.telemetry.canary import Canary

# The example of W3C Trace Context, section 3.2
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Seen:
    """Opened traces and the spans that left."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.traces: Traces = open_traces("test", exporter=self._exporter)

    def spans(self) -> Sequence[ReadableSpan]:
        self.traces.close()
        return self._exporter.get_finished_spans()


@pytest.fixture
def seen() -> Iterator[Seen]:
    seen = Seen()
    yield seen
    seen.traces.close()


def test_a_span_goes_on_under_the_parent_it_was_given(seen: Seen) -> None:
    with span("read", PARENT, service="sla", count=3):
        inside = current_traceparent()
        assert current_trace() == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert inside
    assert re.fullmatch(r"00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01", inside)
    assert inside != PARENT
    (one,) = seen.spans()
    assert one.name == "read"
    assert one.parent
    assert f"{one.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert dict(one.attributes or {}) == {"baton.service": "sla", "baton.count": 3}


def test_spans_nest_and_end(seen: Seen) -> None:
    assert current_traceparent() is None
    with span("http"):
        outer = current_traceparent()
        with span("relay"):
            inner = current_traceparent()
        assert current_traceparent() == outer
    assert current_traceparent() is None
    assert outer
    assert inner
    assert outer.split("-")[1] == inner.split("-")[1]
    assert [one.name for one in seen.spans()] == ["relay", "http"]


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "nonsense",
        PARENT.upper(),
        PARENT + "\n",
        PARENT + "-more",
        "ff" + PARENT[2:],
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
    ],
)
def test_a_malformed_parent_starts_a_new_trace(seen: Seen, parent: str) -> None:
    with span("read", parent):
        assert current_trace() not in (None, "4bf92f3577b34da6a3ce929d0e0e4736")
    (one,) = seen.spans()
    assert one.parent is None


def test_a_canary_leaves_in_no_span(seen: Seen) -> None:
    canary = Canary.hatch()
    for value in canary.values:
        with (
            pytest.raises(ValueError, match=re.escape(value)),
            span(value, phone=value, person={"name": value}, key=value.upper(), **{value: 1}),  # type: ignore[arg-type]
        ):
            raise ValueError(value)
    spans = seen.spans()
    assert len(spans) == 4
    assert canary.is_in("".join(one.to_json() for one in spans)) == []
    assert {one.name for one in spans} == {"other"}
    assert {one.status.description for one in spans} == {"ValueError"}
    assert not any(one.events for one in spans)


def test_without_a_destination_ids_are_carried_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(traces.ENDPOINT, raising=False)
    opened = open_traces("test")
    with span("http"):
        first = current_trace()
    with span("read", PARENT):
        below = current_trace()
    opened.close()
    assert first
    assert below == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_before_tracing_is_open_a_parent_is_handed_on_unchanged() -> None:
    with span("http"):
        assert current_traceparent() is None
    with span("read", PARENT):
        assert current_traceparent() == PARENT


class _Collector(BaseHTTPRequestHandler):
    bodies: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        self.bodies.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    handler = type("Collector", (_Collector,), {"bodies": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler.bodies  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_spans_leave_by_otlp_where_an_endpoint_is_set(
    monkeypatch: pytest.MonkeyPatch, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    address, bodies = collector
    monkeypatch.setenv(traces.ENDPOINT, address)
    canary = Canary.hatch()
    opened = open_traces("test")
    with span("relay", PARENT, service="sla", reason=canary.mail):
        pass
    opened.close()
    ((path, body),) = bodies
    assert path == "/v1/traces"
    assert b"baton-test" in body
    assert bytes.fromhex("4bf92f3577b34da6a3ce929d0e0e4736") in body
    assert canary.is_in(body.decode("latin-1")) == []
