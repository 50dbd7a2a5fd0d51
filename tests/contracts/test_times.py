"""Times on the wire are RFC 3339 in UTC with Z, durations whole seconds."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from contracts.envelope import Moment, body_bytes, rfc3339
from contracts.network.facts import ClockRule, PolicyDefined
from contracts.schema import schema_of
from tests.contracts.planted import REAL

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
CET = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 10, 19, 13, 4, 7, 218433, tzinfo=UTC), "2026-10-19T13:04:07.218433Z"),
        (datetime(2026, 10, 19, 15, 4, 7, tzinfo=CET), "2026-10-19T13:04:07.000000Z"),
        (datetime(2027, 1, 1, 1, 30, tzinfo=CET), "2026-12-31T23:30:00.000000Z"),
        (datetime(987, 1, 1, tzinfo=UTC), "0987-01-01T00:00:00.000000Z"),
    ],
    ids=["UTC", "another zone", "the year before", "a year of three digits"],
)
def test_a_time_is_written_one_way(at: datetime, written: str) -> None:
    assert rfc3339(at) == written
    assert json.loads(MOMENT.dump_json(MOMENT.validate_python(at))) == written


@pytest.mark.parametrize("written", ["2026-10-19T15:04:07+02:00", "2026-10-19t13:04:07z", "2026-10-19T13:04:07.0Z"])
def test_any_spelling_of_rfc3339_is_read(written: str) -> None:
    found = MOMENT.validate_json(json.dumps(written))
    assert (found, found.tzinfo) == (datetime(2026, 10, 19, 13, 4, 7, tzinfo=UTC), UTC)


def test_a_strict_body_takes_a_written_time_and_nothing_else() -> None:
    class Body(BaseModel):
        model_config = ConfigDict(strict=True)
        at: Moment

    assert Body.model_validate_json('{"at": "2026-10-19T13:04:07Z"}').at == datetime(2026, 10, 19, 13, 4, 7, tzinfo=UTC)
    for value in (1792415047, "1792415047", "2026-10-19T25:04:07Z"):
        with pytest.raises(ValidationError) as refused:
            Body.model_validate({"at": value})
        assert str(value) not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    "value",
    ["2026-10-19T13:04:07", "2026-10-19", 1792415047, "1792415047", 1.5, True, "", None, "0001-01-01T00:00:00+14:00"],
    ids=["no zone", "a day", "a number", "a number as text", "a fraction", "a flag", "empty", "null", "before year 1"],
)
def test_what_is_no_written_time_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_json(json.dumps(value))


def test_a_duration_is_whole_seconds() -> None:
    rule = ClockRule(target_seconds=3600, warn_seconds=10800, breach_seconds=14400)
    said = json.loads(body_bytes(PolicyDefined(policy="typical", first_response=rule)))
    assert said["first_response"] == {"target_seconds": 3600, "warn_seconds": 10800, "breach_seconds": 14400}


def test_no_schema_knows_another_duration() -> None:
    durations: dict[str, str] = {}
    for name, fact in REAL.items():
        schema = schema_of(fact)
        for part in (schema, *schema.get("$defs", {}).values()):
            fields = part.get("properties", {}).items()
            durations |= {f"{name}.{field}": kind["type"] for field, kind in fields if "second" in field}
        assert '"duration"' not in json.dumps(schema)
    assert set(durations.values()) == {"integer"}
    assert len(durations) == 4
