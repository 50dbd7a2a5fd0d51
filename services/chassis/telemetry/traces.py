"""Traces that follow a lead from its POST to the sponsor's summary: W3C trace context as plain strings.

The string is stored with the outbox row and travels as the header `traceparent`; `tracestate` and baggage are other
people's text and are never taken over.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final, Literal, get_args

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from services.chassis.telemetry.fields import allowed
from services.chassis.telemetry.scrub import class_name

SpanName = Literal["http", "read", "relay", "timer", "sweep", "send"]
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
_NAMES: Final = frozenset(get_args(SpanName))
_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_EXPORT_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 3.0


class _Current:
    tracer: ClassVar[trace.Tracer | None] = None


class Traces:
    """The process's tracing, until closed."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        _Current.tracer = provider.get_tracer("baton")

    def close(self) -> None:
        """Send what is left, for at most 3 s: a collector that is away must not hold up the end of a process (P14)."""
        _Current.tracer = None
        last = threading.Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(_CLOSE_SECONDS)


def open_traces(service: str, *, exporter: SpanExporter | None = None) -> Traces:
    """Start tracing. Spans go to `exporter`, else by OTLP over HTTP where OTEL_EXPORTER_OTLP_ENDPOINT is set.

    Without a destination trace ids are made and carried all the same, so that log lines of one lead belong together.
    """
    if exporter is None and os.environ.get(ENDPOINT):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter(timeout=_EXPORT_SECONDS)
    sampler: Sampler | None = None if exporter else ParentBased(ALWAYS_OFF)
    resource = Resource.create({"service.name": f"baton-{service}"})
    provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    if exporter:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return Traces(provider)


def current_traceparent() -> str | None:
    """Return the running span as a `traceparent` (W3C Trace Context, version 00), None outside any span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_trace() -> str | None:
    """Return the running trace's id (32 hex digits) for the log field `trace`, None outside any span."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


@contextmanager
def span(name: SpanName, parent_traceparent: str | None = None, **attributes: object) -> Iterator[None]:
    """Run the body as a span below `parent_traceparent`, or below the running span where that is None or malformed.

    Attributes are held to the same allow-list as log fields. An exception marks the span with its class name only.
    """
    tracer = _Current.tracer or trace.NoOpTracer()
    kept, _ = allowed(attributes)
    with tracer.start_as_current_span(
        name if name in _NAMES else "other",
        context=_below(parent_traceparent),
        attributes={f"baton.{key}": value for key, value in kept.items()},
        record_exception=False,  # it would carry the message and a traceback
        set_status_on_exception=False,
    ) as running:
        try:
            yield
        except BaseException as error:
            running.set_status(Status(StatusCode.ERROR, class_name(error)))
            raise


def _below(parent: str | None) -> contexts.Context | None:
    found = _FORM.fullmatch(parent) if parent else None
    if not found:
        return None
    flags = TraceFlags(int(found[3], 16) & TraceFlags.SAMPLED)
    remote = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(NonRecordingSpan(remote))
