"""A field is shown if its name is listed and its value has the form; everything else is dropped and counted."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import pytest

from services.chassis.telemetry.fields import ALLOWED, Form, allowed
from tests.chassis.telemetry.canary import Canary


class Reason(StrEnum):
    LATE = "late"


NINE = UUID("00000000-0000-7000-8000-000000000009")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("service", "sla", "sla"),
        ("reason", Reason.LATE, "late"),
        ("error", "asyncpg.exceptions.UniqueViolationError", "asyncpg.exceptions.UniqueViolationError"),
        ("route", "/desk/v1/leads/{lead}/attempts", "/desk/v1/leads/{lead}/attempts"),
        ("key", NINE, str(NINE)),
        ("key", "site/eastmere", "site/eastmere"),
        ("actor", "staff:ines", "staff:ines"),
        ("topic", "test-7f3a.leads.v1", "test-7f3a.leads.v1"),
        ("server", "127.0.0.1:9092", "127.0.0.1:9092"),
        ("sqlstate", "40P01", "40P01"),
        ("count", 0, 0),
        ("seconds", 1.5, 1.5),
        ("since", datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2))), "2026-03-01T10:00:00Z"),
        ("where", ["services/chassis/work.py:80"], ["services/chassis/work.py:80"]),
        ("causes", ("ValueError", "TimeoutError"), ["ValueError", "TimeoutError"]),
    ],
)
def test_a_listed_field_of_its_form_is_shown(name: str, value: object, shown: object) -> None:
    assert allowed({name: value}) == ({name: shown}, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "x"),
        ("person", {"name": "x"}),
        ("reason", "two words"),
        ("reason", {"nested": "x"}),
        ("reason", b"bytes"),
        ("reason", "x" * 101),
        ("reason", "line\nbreak"),
        ("key", "Jane"),
        ("key", "a/b/c"),
        ("actor", "ines"),
        ("count", "12"),
        ("seconds", float("nan")),
        ("since", datetime(2026, 3, 1)),  # noqa: DTZ001 - a local time says nothing
        ("where", "services/x.py:1"),
        ("causes", ["ValueError", "two words"]),
        ("causes", 7),
    ],
)
def test_anything_else_is_dropped_and_counted(name: str, value: object) -> None:
    assert allowed({name: value, "version": 1}) == ({"version": 1}, 1)


@pytest.mark.parametrize("field", [field for field in ALLOWED if field.form is not Form.WORD], ids=lambda f: f.name)
def test_a_person_fits_no_form_but_a_word(field: object) -> None:
    canary, name = Canary.hatch(), getattr(field, "name", "")
    for value in (canary.name, canary.mail, canary.phone, [canary.name], [canary.mail], [canary.phone]):
        assert allowed({name: value}) == ({}, 1)


@pytest.mark.parametrize("field", [field for field in ALLOWED if field.form is Form.WORD], ids=lambda f: f.name)
def test_a_name_a_mail_and_a_phone_are_no_word(field: object) -> None:
    canary, name = Canary.hatch(), getattr(field, "name", "")
    for value in (canary.name, canary.mail, canary.phone, canary.phone[1:], [canary.name], {canary.word: 1}):
        assert allowed({name: value}) == ({}, 1)


def test_nothing_said_is_nothing_dropped() -> None:
    assert allowed({"reason": None, "phone": None}) == ({}, 0)


def test_a_long_list_keeps_its_end_where_the_fault_is() -> None:
    kept, dropped = allowed({"where": [f"a.py:{line}" for line in range(1, 31)]})
    assert kept["where"] == [f"a.py:{line}" for line in range(19, 31)]
    assert dropped == 0


def test_each_name_is_listed_once() -> None:
    assert len({field.name for field in ALLOWED}) == len(ALLOWED)
