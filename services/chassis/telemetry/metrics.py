"""Every metric there is, in one typed list: `metrics.RELAY_RECORDS.add(3, service="sla", stream="alerts")`.

Services and streams come from the contracts. What only a running process knows (route templates, codes of a door) is
added with `metrics.allow("route", ...)` when it is built; anything else is counted as `other`.
"""

from typing import Final

from contracts.streams import STREAMS
from contracts.vocabulary.door import Refusal
from services.chassis.telemetry.meters import Counter, Gauge, Histogram, Metric, allow, fresh, render

__all__ = ["ALL", "Metric", "allow", "fresh", "render"]  # what is handed on, besides every metric below

_SERVICE: Final = {
    "service": frozenset(name for stream in STREAMS.values() for name in (stream.said_by, *stream.read_by))
}
_STREAM: Final = {"stream": frozenset(STREAMS)}
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LATE: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)

# outbox and relay
OUTBOX_OLDEST = Gauge("outbox_oldest_seconds", "Age of the oldest unsent fact", "seconds", _SERVICE)
OUTBOX_DEPTH = Gauge("outbox_depth", "Unsent facts", "facts", _SERVICE)
OUTBOX_HELD = Gauge("outbox_held", "Facts held because Kafka refuses a record of their key", "facts", _SERVICE)
RELAY_BATCHES = Counter(
    "relay_batches_total",
    "Record batches sent to Kafka",
    "batches",
    _SERVICE | _STREAM | {"outcome": frozenset({"acknowledged", "unknown", "refused"})},
)
RELAY_RECORDS = Counter("relay_records_total", "Facts acknowledged by Kafka", "facts", _SERVICE | _STREAM)
RELAY_ABANDONED = Counter(
    "relay_abandoned_producers_total", "Producers thrown away after a failed or timed-out batch", "producers", _SERVICE
)

# reading
READER_FACTS = Counter(
    "reader_facts_total",
    "Facts read, by what became of them",
    "facts",
    _SERVICE | _STREAM | {"outcome": frozenset({"due", "repeat", "gap", "parked", "unreadable"})},
)
READER_LAG = Gauge("reader_lag", "Records behind the end of the stream", "records", _SERVICE | _STREAM)
PARKED_KEYS = Gauge("parked_keys", "Keys whose facts wait for repair", "keys", _SERVICE | _STREAM)
READER_PAUSED = Gauge("reader_paused", "1 while the reader waits for `parked resume`", "", _SERVICE | _STREAM)

# timers
TIMER_LATENESS = Histogram(
    "timer_lateness_seconds", "From due to fired, by the database's clock", "seconds", _SERVICE, _LATE
)
TIMERS_FIRED = Counter("timers_fired_total", "Timers that took effect", "timers", _SERVICE)
TIMERS_HELD = Gauge("timers_held", "Timers whose firing failed and waits for repair", "timers", _SERVICE)
TIMERS_WAITING = Gauge(
    "timers_waiting_shards", "Shards whose timers wait for a reader that is not there", "shards", _SERVICE
)
LEDGER_GAP = Gauge("ledger_gap", "created - fired - cancelled - pending; anything but 0 pages", "timers", _SERVICE)

# audit
AUDIT_WAITING = Gauge("audit_waiting", "Audit rows that no seal vouches for yet", "rows", _SERVICE)
AUDIT_BROKEN = Gauge("audit_broken", "1 while the audit log contradicts its seals; pages", "", _SERVICE)

# http and the door
HTTP_REQUESTS = Counter(
    "http_requests_total",
    "Answers given",
    "requests",
    _SERVICE | {"route": frozenset(), "status": frozenset({"1xx", "2xx", "3xx", "4xx", "5xx"})},
)
HTTP_SECONDS = Histogram("http_seconds", "Time to the answer", "seconds", _SERVICE | {"route": frozenset()}, _SECONDS)
REFUSED = Counter(
    "refused_total", "Referrals understood and refused", "referrals", {"reason": frozenset(map(str, Refusal))}
)
RATE_LIMITED = Counter(
    "rate_limited_total", "Requests answered 429, to come again later", "requests", {"route": frozenset()}
)
DOOR_MALFORMED = Counter(
    "door_malformed_total", "Requests at a door that were not understood", "requests", {"code": frozenset()}
)
OVER_SHARED = Counter(
    "over_sharing_total", "Fields something was cut out of at a door", "fields", {"field": frozenset()}
)

# the outside
INTENTS = Counter(
    "intents_total",
    "Notifications, by what became of them",
    "intents",
    {"outcome": frozenset({"created", "sent", "retried", "failed", "withdrawn"})},
)

# the process
KEYSTORE_LEFT = Gauge("keystore_left", "Data keys ready to be taken", "keys")
PROGRESS_AGE = Gauge(
    "progress_age_seconds",
    "Since a role last finished a round of work",
    "seconds",
    {"role": frozenset({"api", "consume", "relay", "tick", "send"})},
)
STATEMENTS = Counter("statements_total", "Statements sent to PostgreSQL", "statements", _SERVICE)
LOG_FIELDS_DROPPED = Counter("log_fields_dropped_total", "Log fields and texts outside the allow-list", "fields")

ALL: Final[tuple[Metric, ...]] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
