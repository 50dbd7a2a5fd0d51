"""A fact and its CloudEvents form on Kafka (binary mode, JSON body).

A body class declares its stream and key once:

    class LeadOpened(FactBody, stream=LEADS, key="lead"): ...

and is found again by its type name, `baton.LeadOpened.v1`. One fact is one class for ever: fields are only added,
and optional; a break is a new class with a new type name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)

from contracts.streams import Stream

B_co = TypeVar("B_co", bound="FactBody", covariant=True)


_DATE_AND_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")


_TIME: Final = TypeAdapter(datetime)


def _written(value: object) -> datetime:
    """Pydantic reads `1700000000` and `"1700000000"` as seconds since 1970; a time here is written out.

    The text is read here, because a strict model (every HTTP body) takes no text that comes back from a validator.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE_AND_TIME.match(value):
        try:
            return _TIME.validate_python(value)
        except ValidationError:
            pass  # its own text repeats the value
    raise ValueError("not a date and time")


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("time without zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("time out of range") from None


def rfc3339(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and `Z`: the one way times are written on the wire."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Moment = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""An instant, in UTC; a time without a zone, or as a number, is refused."""

KNOWN: Final[dict[str, type["FactBody"]]] = {}
"""Every fact type this code can read, by its type name; filled as the fact modules are imported."""


class FactBody(BaseModel):
    """What a fact says. Readers ignore fields they do not know (an added field is no break)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    stream: ClassVar[Stream]
    key_field: ClassVar[str]
    type_name: ClassVar[str]
    ignorable: ClassVar[bool]
    """a reader that does not know the type may skip it; else it parks the key (delivery.md)"""
    stops: ClassVar[bool]
    """takes something away at once, even while its key is parked (`on_stop`)"""

    def __init_subclass__(
        cls,
        *,
        stream: Stream | None = None,
        key: str = "",
        ignorable: bool = False,
        stops: bool = False,
        version: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if stream is None:
            return
        cls.stream, cls.key_field, cls.ignorable, cls.stops = stream, key, ignorable, stops
        cls.type_name = f"baton.{cls.__name__}.v{version}"
        KNOWN[cls.type_name] = cls

    def key(self) -> str:
        """The stream key this fact belongs to: the lead id, or `kind/id` on the network stream."""
        return str(getattr(self, self.key_field))


@dataclass(frozen=True, slots=True)
class FactHead:
    """Everything about a fact but its body; the Kafka headers carry exactly this."""

    id: UUID
    type: str
    source: str
    key: str
    version: int
    time: datetime
    correlation: UUID
    causation: UUID | None
    actor: str
    is_test: bool
    ignorable: bool
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Fact(Generic[B_co]):
    """One fact as a reader gets it."""

    head: FactHead
    body: B_co
    raw: bytes | None = field(default=None, compare=False, repr=False)
    """the body as it was received: a newer writer's fields and words are in it, and not in `body`"""

    @property
    def id(self) -> UUID:
        """Identity; the same in every delivery."""
        return self.head.id

    @property
    def key(self) -> str:
        """Stream key."""
        return self.head.key

    @property
    def version(self) -> int:
        """1, 2, 3, ... per stream and key, without gaps (P4)."""
        return self.head.version

    @property
    def time(self) -> datetime:
        """When it became true, by the clock of the service that says it."""
        return self.head.time

    @property
    def is_test(self) -> bool:
        """From a test referral; never counts (R21)."""
        return self.head.is_test


HIGHEST_VERSION: Final = 2**63 - 1
LONGEST_KEY: Final = 200
"""What a reader's cursor row can hold; a head beyond it could be neither applied nor parked."""


class UnreadableHead(ValueError):
    """The headers do not give stream, key and version: nothing can be parked, the record is noted as unreadable."""


def headers_of(head: FactHead) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a fact, in the order written."""
    pairs = {
        "ce_specversion": "1.0",
        "ce_id": str(head.id),
        "ce_type": head.type,
        "ce_source": head.source,
        "ce_subject": head.key,
        "ce_time": rfc3339(head.time),
        "ce_keyversion": str(head.version),
        "ce_correlationid": str(head.correlation),
        "ce_causationid": str(head.causation) if head.causation else None,
        "ce_actor": head.actor,
        "ce_istest": "true" if head.is_test else "false",
        "ce_ignorable": "true" if head.ignorable else "false",
        "traceparent": head.traceparent,
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in pairs.items() if value is not None]


def head_from(headers: Iterable[tuple[str, bytes | None]]) -> FactHead:
    """The head of a record; raises `UnreadableHead` when one part is missing or not what it must be."""
    try:
        found = {name: value.decode("utf-8") for name, value in headers if value is not None}
        if any("\0" in value for value in found.values()):
            raise ValueError("PostgreSQL stores no NUL")
        return _head(found)
    except (KeyError, ValueError, AttributeError) as broken:
        raise UnreadableHead(type(broken).__name__) from None


def _head(found: Mapping[str, str]) -> FactHead:
    key, version = found["ce_subject"], _whole(found["ce_keyversion"])
    if not 1 <= version <= HIGHEST_VERSION or not 1 <= len(key) <= LONGEST_KEY:
        raise ValueError("version or key")
    causation = found.get("ce_causationid")
    return FactHead(
        id=UUID(found["ce_id"]),
        type=found["ce_type"],
        source=found["ce_source"],
        key=key,
        version=version,
        time=_utc(datetime.fromisoformat(found["ce_time"])),
        correlation=UUID(found["ce_correlationid"]),
        causation=UUID(causation) if causation else None,
        actor=found["ce_actor"],
        is_test=_flag(found["ce_istest"]),
        ignorable=_flag(found["ce_ignorable"]),
        traceparent=found.get("traceparent"),
    )


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise ValueError("whole number")
    return int(written)


def _flag(written: str) -> bool:
    """`true` or `false`: anything else taken for false would count a test lead as a real one (R21)."""
    if written not in ("true", "false"):
        raise ValueError("true or false")
    return written == "true"


class UnknownType(ValueError):
    """A fact of a type this code does not know; `ignorable` in the head decides what happens to its key."""


class OtherKey(ValueError):
    """The body speaks of another key than the head: applied, it would change a lead that no cursor guards."""


def body_from(head: FactHead, raw: bytes) -> FactBody:
    """The body of a record; raises `UnknownType`, or pydantic's `ValidationError` or `OtherKey` (both `ValueError`)
    for a body that does not fit: its key is parked.
    """
    known = KNOWN.get(head.type)
    if known is None:
        raise UnknownType(head.type)
    body = known.model_validate_json(raw)
    if body.key() != head.key:
        raise OtherKey(head.type)
    return body


def body_bytes(body: FactBody) -> bytes:
    """The JSON a body travels as; absent optional fields are left out."""
    return body.model_dump_json(exclude_none=True).encode()
