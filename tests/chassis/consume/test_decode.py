"""What is parked of staff facts, and by whom (delivery.md, "Reading"; architecture.md, data classes)."""

import json
from typing import get_args

import pytest

import contracts.facts  # noqa: F401 - makes every fact known
from contracts.envelope import KNOWN, FactBody
from contracts.network.facts import StaffDefined
from contracts.says import DataClass, Says
from contracts.streams import LEADS, NETWORK
from contracts.vocabulary import StaffRole
from services.chassis.consume.decode import Item, Record, keepable, read, staff_addresses
from services.chassis.consume.rules import Why
from tests.chassis.consume.stand import Raw, a_fact, checked, lead

INES = StaffDefined(
    staff="ines", label="Ines", sites=("eastmere",), roles=(StaffRole.COORDINATOR,), email="ines@eastmere.example"
)


class AsRecord:
    """A record as aiokafka gives it."""

    topic, partition, offset = "t.network.v1", 3, 7

    def __init__(self, raw: Raw) -> None:
        self.headers, self.value = raw.headers, raw.body


def item(raw: Raw) -> Item:
    record: Record = AsRecord(raw)
    found = read(record, NETWORK)
    assert isinstance(found, Item)
    return found


@pytest.mark.parametrize("service", ["routing", "reporting"])
def test_others_blank_staff_addresses_and_keep_the_rest(service: str) -> None:
    kept = json.loads(keepable(item(a_fact("staff/ines", 1, body=INES)), service, NETWORK) or b"")
    assert kept == {**json.loads(INES.model_dump_json()), "email": None}


def test_sla_keeps_them() -> None:
    assert b"ines@eastmere.example" in (keepable(item(a_fact("staff/ines", 1, body=INES)), "sla", NETWORK) or b"")


@pytest.mark.parametrize(
    "raw",
    [
        a_fact("staff/ines", 1, body=INES).saying("ce_type", b"baton.StaffDefined.v2"),
        a_fact("staff/ines", 1, body=INES).with_body(b'{"email": "ines@ea'),
        a_fact("staff/ines", 1, body=INES).with_body(b'["ines@eastmere.example"]'),
    ],
    ids=["a newer type", "not JSON", "no object"],
)
def test_where_they_cannot_be_found_nothing_is_kept(raw: Raw) -> None:
    assert keepable(item(raw), "routing", NETWORK) is None


def test_a_fact_of_another_stream_is_a_bad_body() -> None:
    found = item(a_fact(lead(1), 1, body=checked(lead(1))))
    assert (found.wrong, found.error, found.body) == (Why.BODY, "OtherStream", None)
    assert LEADS is not NETWORK


@pytest.mark.parametrize("body", KNOWN.values(), ids=lambda body: body.type_name)
def test_every_staff_address_stands_at_the_top_of_its_fact(body: type[FactBody]) -> None:
    """Blanking looks only there: a nested one would be kept."""
    nested = [model for field in body.model_fields.values() for model in _models(field.annotation)]
    for model in nested:
        for field in model.model_fields.values():
            said = [one for one in field.metadata if isinstance(one, Says)]
            assert all(one.data is not DataClass.STAFF_ADDRESS for one in said), model
    assert staff_addresses(body) == ({"email"} if body is StaffDefined else set())


def _models(annotation: object) -> list[type[FactBody]]:
    if isinstance(annotation, type):
        return [annotation] if hasattr(annotation, "model_fields") else []
    return [model for part in get_args(annotation) for model in _models(part)]
