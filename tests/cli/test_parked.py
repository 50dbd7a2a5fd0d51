"""`baton parked` and `baton unreadable`, through a small service of the tests' own in the place of sla."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.envelope import Fact
from contracts.leads.facts import LeadWaiting
from contracts.streams import LEADS
from contracts.vocabulary import WaitingReason
from services.chassis.consume.apply import apply
from services.chassis.consume.decode import Item, Spot
from services.chassis.consume.rules import Why
from services.chassis.service import Census, Parts, Reads, Service
from services.chassis.timers import set_timers
from services.chassis.work import Work
from tests.chassis.process.one_process import lawful, nobody
from tests.cli.conftest import Baton, InWork
from tests.facts import SOME_DAY, fact


@dataclass
class House:
    """A service that hears leads: what its handler was given, and whether it fails."""

    heard: list[tuple[str, int]] = field(default_factory=list)
    fails: bool = False

    async def on_leads(self, work: Work, facts: Sequence[Fact[Any]]) -> None:
        if self.fails:
            raise ValueError("a person's name")
        self.heard += [(one.key, one.version) for one in facts]

    def build(self, parts: Parts) -> Service:
        return Service("sla", ("/sla",), (), nobody, Census(lawful), reads=(Reads(LEADS, (self.on_leads,)),))


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """In the place of `services.sla.app`."""
    made, app = House(), ModuleType("services.sla.app")
    app.build = made.build  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "services.sla.app", app)
    return made


def read(in_work: InWork, house: House, lead: str, *versions: int, wrong: int = 0) -> None:
    """The reader gets these versions of a lead's facts; the body of `wrong` does not fit."""
    body = LeadWaiting(lead=lead, study="alder", site="eastmere", partner="openhand", reason=WaitingReason.NO_CAPACITY)
    facts = [fact(body, version=version) for version in versions]
    items = [
        Item(Spot("t.leads.v1", 0, one.version), one.head, one.body.model_dump_json().encode(), one.body)
        for one in facts
    ]
    items = [replace(item, body=None, wrong=Why.BODY) if item.version == wrong else item for item in items]
    in_work("sla", lambda work: apply(work, Reads(LEADS, (house.on_leads,)), items))


def test_a_gap_is_listed_shown_and_adopted(baton: Baton, in_work: InWork, house: House) -> None:
    assert baton("parked", "list").output == "nothing is parked\n"
    lead = str(uuid4())
    read(in_work, house, lead, 1, 3, 4)
    [line] = [line for line in baton("parked", "list", "sla").output.splitlines() if lead in line]
    assert line.split()[:6] == ["sla", "leads", lead, "3", "2", "gap"]
    shown = baton("parked", "show", "sla", "leads", lead).output
    assert [line.split()[:2] for line in shown.splitlines()[1:]] == [
        ["3", LeadWaiting.type_name],
        ["4", LeadWaiting.type_name],
    ]
    assert "alder" not in shown
    assert (
        "0 applied, 2 still parked: an earlier version is missing"
        in baton("parked", "retry", "sla", "leads", lead).output
    )
    assert baton("parked", "adopt", "sla", "leads", lead).output == f"{lead}: 2 applied\n"
    assert house.heard == [(lead, 1), (lead, 3), (lead, 4)]


def test_the_first_fact_is_dropped_only_by_its_version(baton: Baton, in_work: InWork, house: House) -> None:
    lead = str(uuid4())
    read(in_work, house, lead, 1)
    read(in_work, house, lead, 2, 3, wrong=2)
    assert baton("parked", "drop", "sla", "leads", lead, "3").exit_code == 1
    assert baton("parked", "drop", "sla", "leads", lead, "2").output == f"{lead}: 1 applied\n"
    assert house.heard == [(lead, 1), (lead, 3)]


def test_nothing_is_dropped_while_an_earlier_version_has_not_come(baton: Baton, in_work: InWork, house: House) -> None:
    lead = str(uuid4())
    read(in_work, house, lead, 1, 3)
    refused = baton("parked", "drop", "sla", "leads", lead, "3")
    assert (refused.exit_code, "version 2 has not come" in refused.output) == (1, True)
    read(in_work, house, lead, 2)
    assert house.heard == [(lead, 1), (lead, 2), (lead, 3)]


def test_retry_of_a_stream_tries_every_key_and_never_prints_what_an_error_says(
    baton: Baton, in_work: InWork, house: House
) -> None:
    leads = [str(uuid4()) for _ in range(3)]
    for lead in leads:
        read(in_work, house, lead, 1, 3)
    house.fails = True
    in_work("sla", lambda work: work.run("update reader_cursor set version = 2"))
    failed = baton("parked", "retry", "sla", "leads")
    assert failed.output.count("0 applied, 1 still parked: handler (ValueError)") == 3
    assert "person" not in failed.output + baton("parked", "list").output
    house.fails = False
    assert baton("parked", "retry", "sla", "leads").output.count(": 1 applied\n") == 3
    assert baton("parked", "list").output == "nothing is parked\n"


def test_a_timer_that_failed_is_listed_and_let_go(baton: Baton, in_work: InWork, house: House) -> None:
    lead = uuid4()

    async def held(work: Work) -> None:
        await set_timers(work, "breach", {lead: SOME_DAY})
        await work.run("update timer set held_at = clock_timestamp()")

    in_work("sla", held)
    assert f"timer breach  {lead}" in baton("parked", "list", "sla").output
    assert baton("parked", "retry", "sla", "leads", str(lead)).exit_code == 0
    assert in_work("sla", lambda work: work.value("select count(*) from timer where held_at is null")) == 1
    assert baton("parked", "retry", "sla", "leads", str(lead)).exit_code == 1


def test_timers_of_a_lead_that_stays_parked_stay_held(baton: Baton, in_work: InWork, house: House) -> None:
    lead = str(uuid4())
    read(in_work, house, lead, 1, 3)

    async def held(work: Work) -> None:
        await set_timers(work, "breach", {UUID(lead): SOME_DAY})
        await work.run("update timer set held_at = clock_timestamp()")

    in_work("sla", held)
    assert baton("parked", "retry", "sla", "leads", lead).exit_code == 0
    assert in_work("sla", lambda work: work.value("select count(*) from timer where held_at is null")) == 0


def test_a_paused_reader_is_listed_and_resumed_once(baton: Baton, in_work: InWork) -> None:
    in_work("sla", lambda work: work.run("insert into reader (stream, state) values ('leads', 'paused')"))
    assert "the whole reader" in baton("parked", "list").output
    assert baton("parked", "resume", "sla", "leads").output == "it goes on\n"
    assert baton("parked", "resume", "sla", "leads").output == "it was not paused\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("parked retry sla leads nobody", "not parked there"),
        ("parked show sla leads nobody", "not parked there"),
        ("parked adopt sla leads nobody", "nothing is parked there"),
        ("parked retry sla tokens nobody", "sla does not read tokens; it is read by routing"),
        ("unreadable retry sla leads 0 7", "Kafka keeps no record there"),
    ],
)
def test_what_is_not_there_is_told(baton: Baton, house: House, words: str, says: str) -> None:
    assert baton("topics").exit_code == 0
    result = baton(*words.split())
    assert (result.exit_code, says in result.output) == (1, True), result.output


def test_unreadable_records_are_listed_with_their_place(baton: Baton, in_work: InWork) -> None:
    assert baton("unreadable", "list").output == "everything was read\n"
    columns = 'topic, partition, "offset", error, sha256'
    insert = f"insert into unreadable ({columns}) values ('t.leads.v1', 3, 42, 'KeyError', 'x')"
    in_work("sla", lambda work: work.run(insert))
    [line] = [line for line in baton("unreadable", "list").output.splitlines() if "t.leads.v1" in line]
    assert line.split()[:5] == ["sla", "t.leads.v1", "3", "42", "KeyError"]
