"""The freeze writes what is new, lets schemas grow, and refuses the rest without writing anything."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pytest

from contracts.envelope import FactBody
from contracts.examples import EXAMPLES, Example
from contracts.freeze import Refused, freeze, not_frozen
from contracts.lint.frozen import frozen_findings
from contracts.shapes import Slug
from contracts.store import Store
from tests.contracts.planted import REAL, a_fact, why

LEAD = "0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d"
MAYBE = (Annotated[Slug | None, why()], None)
SLUG = (Annotated[Slug, why()], ...)


def an_example(fact: type[FactBody], name: str = "plain", **fields: str) -> Example:
    head = replace(EXAMPLES[0].fact.head, type=fact.type_name, key=LEAD)
    return Example(name, replace(EXAMPLES[0].fact, head=head, body=fact.model_validate({"lead": LEAD, **fields})))


def frozen(store: Store, fact: type[FactBody], *examples: Example) -> set[str]:
    return {path.name for path in freeze(store, {fact.type_name: fact}, examples)}


def refusal(store: Store, facts: Iterable[type[FactBody]], *examples: Example) -> list[str]:
    with pytest.raises(Refused) as caught:
        freeze(store, {fact.type_name: fact for fact in facts}, examples)
    return caught.value.reasons


@pytest.fixture
def store(tmp_path: Path) -> Store:
    fact = a_fact(owner=SLUG)
    written = frozen(Store(tmp_path), fact, an_example(fact, owner="ines"))
    assert written == {"baton.ThingNoted.v1.schema.json", "plain.json"}
    return Store(tmp_path)


def contents(store: Store) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in store.folder.rglob("*.json")}


def test_a_second_freeze_writes_nothing(store: Store) -> None:
    fact = a_fact(owner=SLUG)
    assert frozen(store, fact, an_example(fact, owner="ines")) == set()


def test_an_optional_field_is_added(store: Store) -> None:
    fact = a_fact(owner=SLUG, backup=MAYBE)
    assert list(not_frozen(store, {fact.type_name: fact}, [])) == ["baton.ThingNoted.v1.schema.json"]
    assert frozen(store, fact, an_example(fact, owner="ines")) == {"baton.ThingNoted.v1.schema.json"}
    assert "backup" in json.loads(store.schema_path("baton.ThingNoted.v1").read_text())["properties"]
    assert refusal(store, [a_fact(owner=SLUG)]) == ["baton.ThingNoted.v1/backup: the field is gone"]


def test_a_break_is_refused_and_nothing_is_written(store: Store) -> None:
    before = contents(store)
    new = a_fact("OtherNoted")
    assert refusal(store, [a_fact(), new], an_example(new)) == ["baton.ThingNoted.v1/owner: the field is gone"]
    assert contents(store) == before


def test_a_type_that_is_gone_is_refused(store: Store) -> None:
    assert "baton.ThingNoted.v1: the type is gone" in refusal(store, [a_fact("OtherNoted")])[0]


def test_an_example_never_changes(store: Store) -> None:
    fact = a_fact(owner=SLUG)
    assert "the example plain changed" in refusal(store, [fact], an_example(fact, owner="tomas"))[0]
    assert frozen(store, fact, an_example(fact, "by-tomas", owner="tomas")) == {"by-tomas.json"}


def test_the_lint_names_what_is_broken_and_what_is_not_frozen(store: Store) -> None:
    facts = {fact.type_name: fact for fact in (a_fact(backup=SLUG), a_fact("OtherNoted"))}
    found = {str(finding) for finding in frozen_findings(store, facts, [])}
    assert "frozen: baton.ThingNoted.v1/owner: the field is gone" in found
    assert "baton.OtherNoted.v1.schema.json: run `python -m contracts.freeze`" in found
    assert "baton.OtherNoted.v1: has no frozen example" in found
    assert "baton.ThingNoted.v1/plain.json: today's code cannot read it: ValidationError" in found


def test_the_lint_finds_an_example_in_the_wrong_folder(store: Store) -> None:
    fact = a_fact(owner=SLUG)
    path = store.example_path(fact.type_name, "plain")
    (store.folder / "examples" / "baton.LeadOpened.v1").mkdir()
    path.rename(store.folder / "examples" / "baton.LeadOpened.v1" / "plain.json")
    found = {str(finding) for finding in frozen_findings(store, {fact.type_name: fact}, [])}
    assert "baton.LeadOpened.v1/plain.json: is a baton.ThingNoted.v1" in found


def run(command: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: other tests' invented facts are not known there."""
    return subprocess.run([sys.executable, "-m", command], capture_output=True, text=True, check=False, timeout=60)


def test_the_contracts_pass_their_own_lint() -> None:
    done = run("contracts.lint")
    assert (done.stdout, done.returncode) == (f"contracts: {len(REAL)} facts, 5 streams, 0 findings\n", 0)


def test_everything_is_frozen() -> None:
    assert list(not_frozen(Store(), REAL, EXAMPLES)) == []
