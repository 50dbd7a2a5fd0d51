"""Every frozen example with today's code, today's output with the frozen schema, and what facts weigh."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.envelope import FactHead, body_bytes, body_from, head_from, headers_of
from contracts.examples import EXAMPLES
from contracts.store import FROZEN, Store, read
from tests.contracts.bodies import bodies
from tests.contracts.bytes_per_fact import baseline, measured, table
from tests.contracts.planted import REAL

FILES = sorted(FROZEN.glob("examples/*/*.json"))


def frozen(type_name: str) -> Draft202012Validator:
    schema = json.loads((FROZEN / f"{type_name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_every_fact_has_a_schema_and_examples() -> None:
    assert Store().types() == set(REAL)
    assert {path.parent.name for path in FILES} == set(REAL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_frozen_example_is_read_by_today_s_code(path: Any) -> None:
    kept = json.loads(path.read_text("utf-8"))
    fact = read(path)
    assert fact.head.type == path.parent.name
    assert fact.head.key == kept["key"]
    frozen(fact.head.type).validate(kept["body"])
    again = json.loads(body_bytes(fact.body))
    frozen(fact.head.type).validate(again)
    assert kept["body"].items() <= again.items()
    assert kept["headers"] == {name: value.decode() for name, value in headers_of(fact.head)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.fact.head.type}/{example.name}")
def test_an_example_survives_the_wire(example: Any) -> None:
    head = head_from(headers_of(example.fact.head))
    assert (head, body_from(head, body_bytes(example.fact.body))) == (example.fact.head, example.fact.body)


@pytest.mark.parametrize("type_name", REAL)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_today_s_code_writes_fits_the_frozen_schema(type_name: str, data: st.DataObject) -> None:
    body = data.draw(bodies(REAL[type_name]))
    raw = body_bytes(body)
    frozen(type_name).validate(json.loads(raw))
    head = FactHead(**{**HEAD, "type": type_name, "key": body.key()})
    assert body_from(head, raw) == body


HEAD: dict[str, Any] = {name: getattr(EXAMPLES[0].fact.head, name) for name in FactHead.__dataclass_fields__}


def test_facts_weigh_what_the_baseline_says(capsys: pytest.CaptureFixture[str]) -> None:
    print(table(measured()))
    shown = capsys.readouterr().out
    assert measured() == baseline(), f"decide, then python -m tests.contracts.bytes_per_fact\n{shown}"
    with capsys.disabled():
        print(f"\nbytes per fact: {shown.splitlines()[-1]}, {len(measured())} examples")


def test_the_whole_record_of_a_lead_fact_stays_under_a_kilobyte() -> None:
    """Tokens under two: nine of them and a signature, kept 20 hours and not 400 days."""
    weights = {name: sum(weight.values()) for name, weight in measured().items() if "Defined" not in name}
    assert {name: weight for name, weight in weights.items() if weight > _most(name)} == {}


def _most(name: str) -> int:
    return 2048 if name.startswith("baton.MatchTokens.") else 1024
