"""Doctor on a house through which referrals really went, and on copies of it in which one thing was broken."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from typer.testing import CliRunner

from deploy.local.choose import Infrastructure
from services.chassis.settings import Settings
from services.cli.doctor import seconds_of
from services.cli.doctor_laws import Verdict
from services.cli.doctor_run import diagnose
from services.cli.errors import Fault
from services.cli.main import app
from tests.journeys.world import a_world
from tests.place import SERVICES, Place, drop_place, make_place

LEADS = 6


@dataclass(frozen=True)
class House:
    """A place at rest, its processes stopped, its keys, and one of its leads."""

    place: Place
    keys: Path
    lead: str

    @property
    def settings(self) -> Settings:
        """As `baton doctor` would read them."""
        urls: dict[str, Any] = {f"{name}_database_url": SecretStr(self.place.url(name)) for name in SERVICES}
        return Settings(kafka=self.place.kafka, namespace=self.place.namespace, keys_dir=self.keys, **urls)


@pytest.fixture(scope="module")
def module_place(infra: Infrastructure) -> Iterator[Place]:
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="module")
async def whole(module_place: Place, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Some referrals walked through all four services, which then ended."""
    folder = tmp_path_factory.mktemp("house")
    async with a_world(module_place, folder) as world:
        leads = [await world.post(a_route()) for _ in range(LEADS)]
        for lead in leads:
            await world.owned(lead)
        await world.at_rest()
    return House(module_place, folder / "keys", leads[0])


def a_route() -> str:
    """A live route of the journeys' network."""
    import yaml

    from tests.journeys.world import NETWORK

    routes = yaml.safe_load(NETWORK.read_text())["routes"]
    return str(next(route["id"] for route in routes if route["state"] == "live"))


@pytest.fixture
async def house(whole: House, infra: Infrastructure) -> AsyncIterator[House]:
    """A copy of it that may be broken."""
    name = f"{whole.place.namespace}_{secrets.token_hex(3)}"
    plain = make_url(infra.database_url).set(drivername="postgresql").render_as_string(False)
    admin = await asyncpg.connect(plain)
    await admin.execute(f'create database "{name}" template "{whole.place.namespace}"')
    urls = {
        service: make_url(url).set(database=name).render_as_string(False) for service, url in whole.place.urls.items()
    }
    administrator = make_url(whole.place.administrator).set(database=name).render_as_string(False)
    yield replace(whole, place=replace(whole.place, urls=urls, administrator=administrator))
    await admin.execute(f'drop database "{name}" with (force)')
    await admin.close()


async def breaking(house: House, *statements: str) -> None:
    """Break something as nobody but the administrator could; `LEAD` stands for the lead."""
    plain = make_url(house.place.administrator).set(drivername="postgresql").render_as_string(False)
    admin = await asyncpg.connect(plain)
    for statement in statements:
        await admin.execute(statement.replace("LEAD", house.lead))
    await admin.close()


def broken(verdicts: list[Verdict]) -> dict[str, list[str]]:
    """Broken laws and the keys they are broken for."""
    return {one.law: [breach.key for breach in one.broken] for one in verdicts if one.broken}


async def test_a_house_that_was_left_alone_keeps_every_law_and_says_how_much_was_checked(house: House) -> None:
    verdicts = await diagnose(5.0, house.settings)
    assert broken(verdicts) == {}
    checked = {one.law: one.checked for one in verdicts}
    assert checked["accepted = leads = reported"] == LEADS
    assert checked["reporting applied all that was said on referrals"] == LEADS
    assert checked["routing applied all that was said on tokens"] == LEADS
    assert checked["nothing is under way"] == len(SERVICES)


PLANTED = [
    (
        "a cursor is gone",
        "delete from sla.reader_cursor where stream = 'leads' and key = 'LEAD'",
        {"sla applied all that was said on leads": ["LEAD"]},
    ),
    (
        "a cursor ran ahead",
        "update reporting.reader_cursor set version = version + 1 where stream = 'leads' and key = 'LEAD'",
        {"reporting applied all that was said on leads": ["LEAD"]},
    ),
    (
        "a cursor of nothing that was said",
        "insert into routing.reader_cursor (stream, key, version) values ('tokens', 'zebra', 1)",
        {"routing applied all that was said on tokens": ["zebra"]},
    ),
    (
        "a timer vanished without a word",
        "insert into routing.timer_ledger (kind, created) values ('x', 1)",
        {"timers: created = fired + cancelled + pending": ["routing, "]},
    ),
    (
        "a record could not be read",
        "insert into sla.unreadable values ('some.leads.v1', 3, 7, 'Odd', '0')",
        {"every record could be read": ["sla, some.leads.v1, 3, 7"]},
    ),
    (
        "a reader was paused",
        "update reporting.reader set state = 'paused' where stream = 'alerts'",
        {"no reader is paused": ["reporting, alerts"]},
    ),
    (
        "facts wait behind a held one",
        "update routing.outbox set sent_at = null, held = true where stream = 'leads' and key = 'LEAD' and version = 1",
        {"no key is held in an outbox": ["routing, leads, LEAD"]},
    ),
    (
        "a fact was never sent",
        "update routing.outbox set sent_at = null where stream = 'leads' and key = 'LEAD' and version = 2",
        {"nothing is under way": ["routing"]},
    ),
    (
        "facts were not read",
        "update sla.reader_position set next_offset = next_offset - 1 where next_offset > 0 and topic like '%leads%'",
        {"nothing is under way": ["sla, leads"]},
    ),
]


@pytest.mark.parametrize(("statement", "laws"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED])
async def test_what_breaks_one_law_is_found_and_named(house: House, statement: str, laws: dict[str, list[str]]) -> None:
    await breaking(house, statement)
    found = broken(await diagnose(0.0 if "nothing is under way" in laws else 5.0, house.settings))
    assert sorted(found) == sorted(laws)
    for law, keys in laws.items():
        assert len(found[law]) == len(keys)
        assert all(one.startswith(key.replace("LEAD", house.lead)) for one, key in zip(found[law], keys, strict=True))


async def test_a_lead_that_is_missing_in_one_service_is_named_with_the_service(house: House) -> None:
    await breaking(house, "delete from routing.lead where id = 'LEAD'")
    verdicts = {one.law: one.broken for one in await diagnose(5.0, house.settings)}
    [breach] = verdicts["accepted = leads = reported"]
    assert (breach.key, breach.says) == (house.lead, "is not known to routing")


async def test_a_parked_key_breaks_two_laws_one_for_the_row_and_one_for_what_was_not_applied(house: House) -> None:
    park = (
        'insert into sla.parked (stream, key, version, topic, partition, "offset", why, head) '
        "values ('leads', 'LEAD', 9, 'some.leads.v1', 0, 0, 'handler', '{}')"
    )
    await breaking(
        house, park, "update sla.reader_cursor set parked = true, version = 1 where stream = 'leads' and key = 'LEAD'"
    )
    found = broken(await diagnose(5.0, house.settings))
    assert found["no key is parked"] == [f"sla, leads, {house.lead}"]
    assert found["sla applied all that was said on leads"] == [house.lead]


async def test_without_patience_it_looks_twice_all_the_same(house: House) -> None:
    """One look says nothing about what is being said: a slow machine would never be at rest."""
    assert "nothing is under way" not in broken(await diagnose(0.0, house.settings))


async def test_a_held_timer_is_named(house: House) -> None:
    await breaking(
        house,
        "insert into sla.timer (kind, subject, shard, due, held_at) values ('x', 'LEAD', 0, now(), now())",
        "insert into sla.timer_ledger (kind, created) values ('x', 1)",
    )
    found = broken(await diagnose(5.0, house.settings))
    assert found["no timer is held"] == [f"sla, {house.lead}"]
    assert "timers: created = fired + cancelled + pending" not in found


@pytest.mark.parametrize(("heard", "waited_for"), [("{}", True), ("{LEAD}", False)], ids=["due", "held over there"])
async def test_a_due_timer_of_a_key_that_a_relay_holds_is_not_waited_for(
    house: House, heard: str, waited_for: bool
) -> None:
    await breaking(
        house,
        "insert into sla.timer (kind, subject, shard, due) values ('x', 'LEAD', 3, now())",
        "insert into sla.timer_ledger (kind, created) values ('x', 1)",
        f"insert into sla.heard (stream, partition, held) values ('leads', 3, '{heard}') "
        "on conflict (stream, partition) do update set held = excluded.held",
    )
    found = broken(await diagnose(1.0, house.settings))
    assert ("nothing is under way" in found) is waited_for


@pytest.mark.parametrize(
    ("statement", "service"),
    [
        ("delete from intake.vault where lead = 'LEAD'", "intake"),
        ("update routing.staff_load set open = open + 1, hard = hard + 1", "routing"),
        ("update reporting.tally set n = n + 1", "reporting"),
    ],
)
async def test_a_services_own_law_is_shown_under_its_name(house: House, statement: str, service: str) -> None:
    await breaking(house, statement)
    found = broken(await diagnose(5.0, house.settings))
    assert found
    assert all(law.startswith(f"{service}: ") for law in found)


def test_the_verb_prints_a_table_or_json_and_ends_with_1_when_a_law_is_broken(
    whole: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("BATON_")]:
        monkeypatch.delenv(name)
    for service in SERVICES:
        monkeypatch.setenv(f"BATON_{service.upper()}_DATABASE_URL", whole.place.url(service))
    monkeypatch.setenv("BATON_KAFKA", whole.place.kafka)
    monkeypatch.setenv("BATON_NAMESPACE", whole.place.namespace)
    monkeypatch.setenv("BATON_KEYS_DIR", str(whole.keys))
    clean = CliRunner().invoke(app, ["doctor", "--json", "--wait", "5s"])
    assert (clean.exit_code, {one["holds"] for one in json.loads(clean.stdout)}) == (0, {True})
    asyncio.run(breaking(whole, "update sla.reader set state = 'paused' where stream = 'leads'"))
    told = CliRunner().invoke(app, ["doctor"])
    asyncio.run(breaking(whole, "update sla.reader set state = 'running' where stream = 'leads'"))
    assert told.exit_code == 1
    assert "broken: no reader is paused\n  sla, leads: is paused since" in told.stdout


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30.0), ("2m", 120.0), ("500ms", 0.5), ("7", 7.0), ("0s", 0.0)])
def test_a_wait_is_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["soon", "-1s", "", "3 weeks", "nan"])
def test_any_other_wait_is_the_users_mistake(text: str) -> None:
    with pytest.raises(Fault, match="--wait"):
        seconds_of(text)
