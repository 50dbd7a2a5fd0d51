"""Each rule for a fact, a union, a stream and a closed list finds its planted breach."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import pytest

from contracts.envelope import KNOWN
from contracts.leads.facts import LeadOpened
from contracts.lint.facts import fact_findings, union_findings
from contracts.lint.streams import stream_findings, word_findings
from contracts.shapes import LeadId, Slug
from contracts.streams import ALERTS, LEADS, NETWORK, REFERRALS, Stream
from contracts.vocabulary import Word
from tests.contracts.planted import REAL, a_fact, why

SLUG_KEY = (Annotated[Slug, why()], ...)

FACTS: dict[str, tuple[Callable[[], Any], str]] = {
    "a command": (lambda: a_fact("AssignOwner"), "past tense"),
    "a noun": (lambda: a_fact("OwnerAssignment"), "past tense"),
    "a noun that ends like a past tense": (lambda: a_fact("RecordsNeed"), "past tense"),
    "a key that is no field": (lambda: a_fact(key="patient"), "'patient' does not exist"),
    "a key with a default": (lambda: a_fact(lead=(Annotated[LeadId, why()], "x")), "has a default"),
    "a lead key that is a slug": (lambda: a_fact(lead=SLUG_KEY), "is a uuid on this stream"),
    "a network key that is a uuid": (lambda: a_fact(stream=NETWORK), "is a slug on this stream"),
    "a stop that takes nothing away": (lambda: a_fact("OwnerAssigned", stops=True), "stops only where"),
    "a close that does not stop": (lambda: a_fact("LeadClosed"), "takes something away"),
}


@pytest.mark.parametrize("sentence", FACTS)
def test_a_broken_fact_is_found(sentence: str) -> None:
    build, expected = FACTS[sentence]
    found = [str(finding) for finding in fact_findings(build())]
    assert len(found) == 1, found
    assert expected in found[0]


@pytest.mark.parametrize("name", ["ThingNoted", "DeadlineSet", "HandoverAgreed", "LeadWaiting"])
def test_a_past_tense_passes(name: str) -> None:
    assert list(fact_findings(a_fact(name))) == []


@pytest.mark.parametrize("type_name", REAL)
def test_the_real_facts_pass(type_name: str) -> None:
    assert list(fact_findings(REAL[type_name])) == []


def test_a_fact_outside_its_union_is_found() -> None:
    fact = a_fact()
    found = list(union_findings({fact.type_name: fact, LeadOpened.type_name: LeadOpened}, {"leads": LeadOpened}))
    assert [str(finding) for finding in found] == ["ThingNoted: is not in the union of its stream leads"]


def test_a_fact_in_the_union_of_another_stream_is_found() -> None:
    found = {str(finding) for finding in union_findings({LeadOpened.type_name: LeadOpened}, {"alerts": LeadOpened})}
    assert "LeadOpened: is in the union of alerts and declares leads" in found


def test_a_second_fact_of_the_same_name_is_found() -> None:
    a_fact("LeadOpened")
    found = [str(finding) for finding in union_findings(KNOWN, {"leads": LeadOpened})]
    assert "LeadOpened: another fact took its type name baton.LeadOpened.v1" in found


STREAMS: dict[str, tuple[Stream, str]] = {
    "an unknown speaker": (replace(LEADS, said_by="marketing"), "unknown service marketing"),
    "an unknown reader": (replace(LEADS, read_by=("sla", "everybody")), "unknown service everybody"),
    "no reader": (replace(LEADS, read_by=()), "nobody reads it"),
    "the same reader twice": (replace(LEADS, read_by=("sla", "sla")), "one reader per service"),
    "a reader of its own words": (replace(LEADS, read_by=("sla", "routing")), "routing reads what it says itself"),
    "a topic with two dots": (replace(LEADS, name="leads.v2"), "a name of small letters"),
}


@pytest.mark.parametrize("sentence", STREAMS)
def test_a_broken_stream_is_found(sentence: str) -> None:
    stream, expected = STREAMS[sentence]
    fact = a_fact(stream=stream)
    found = [str(finding) for finding in stream_findings({stream.name: stream}, {fact.type_name: fact})]
    assert len(found) == 1, found
    assert expected in found[0]


def test_a_stream_without_facts_and_under_another_name_is_found() -> None:
    found = {
        str(finding)
        for finding in stream_findings({"leads": LEADS, "calls": ALERTS}, {LeadOpened.type_name: LeadOpened})
    }
    assert found == {"calls: no fact is said on it", "calls: is listed under another name than its own, alerts"}


def test_each_stream_is_read_by_those_who_need_it() -> None:
    assert (NETWORK.said_by, NETWORK.read_by) == ("intake", ("routing", "sla", "reporting"))
    assert (REFERRALS.said_by, REFERRALS.read_by) == ("intake", ("routing", "reporting"))
    assert (LEADS.said_by, {"sla", "reporting"} - set(LEADS.read_by)) == ("routing", set())
    assert (ALERTS.said_by, {"routing", "reporting"} - set(ALERTS.read_by)) == ("sla", set())


class Closed(Word):
    YES = "yes"


class Misspelt(Word):
    READY_FOR_REVIEW = "readyForReview"
    OTHER = "other"


@pytest.mark.parametrize(
    ("words", "expected"),
    [(Closed, "has no OTHER"), (Misspelt, "is written 'readyForReview'")],
    ids=["closed", "misspelt"],
)
def test_a_broken_list_is_found(words: type[Word], expected: str) -> None:
    found = [str(finding) for finding in word_findings([words])]
    assert len(found) == 1
    assert expected in found[0]
