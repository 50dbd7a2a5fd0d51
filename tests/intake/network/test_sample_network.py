"""The sample network of the demo holds together and is what the notes say it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from contracts.vocabulary import Recruiting, RouteState, StaffRole
from services.intake.network.rules.document import read
from services.intake.network.rules.files import merge
from services.intake.network.rules.items import Material, Policy, Route, Site, StaffMember, Study
from services.intake.network.rules.parts import Item
from services.intake.network.rules.references import network_faults
from services.intake.network.rules.yaml_text import read_yaml
from tests.intake.network.samples import no_record

M = TypeVar("M", bound=Item)
FILE = Path(__file__).parents[3] / "deploy" / "demo" / "network.yaml"
ZONES = {
    "America/New_York": 3,
    "America/Chicago": 3,
    "America/Phoenix": 1,
    "America/Los_Angeles": 2,
    "Europe/London": 2,
    "Australia/Sydney": 1,
}


@pytest.fixture(scope="module")
def network() -> list[Item]:
    files = merge([("network.yaml", read_yaml(FILE.read_text(encoding="utf-8")))], no_record)
    found = read(files.document)
    assert not files.faults
    assert not found.faults
    assert network_faults(found.placed, [], (), datetime(2026, 11, 22, tzinfo=UTC)) == []
    return [placed.item for placed in found.placed]


def of(kind: type[M], network: list[Item]) -> dict[str, M]:
    return {item.stored_id: item for item in network if isinstance(item, kind)}


def test_twelve_sites_in_their_zones(network: list[Item]) -> None:
    zones = [site.zone for site in of(Site, network).values()]
    assert {zone: zones.count(zone) for zone in zones} == ZONES


def test_every_site_has_a_lead_two_to_four_coordinators_and_a_study_team(network: list[Item]) -> None:
    staff = of(StaffMember, network).values()
    for site in of(Site, network):
        roles = [role for one in staff if site in one.sites for role in one.roles]
        assert roles.count(StaffRole.SITE_LEAD) == 1
        assert 2 <= roles.count(StaffRole.COORDINATOR) <= 4
        assert roles.count(StaffRole.STUDY_TEAM) >= 1
    assert [one.id for one in staff if StaffRole.NETWORK_MANAGER in one.roles] == ["rolf"]


def test_every_address_is_reserved_for_examples(network: list[Item]) -> None:
    assert all(one.email and one.email.endswith(".example") for one in of(StaffMember, network).values())


def test_first_response_is_as_the_defaults_say(network: list[Item]) -> None:
    rules = {name: policy.first_response for name, policy in of(Policy, network).items()}
    minutes = {name: (rule.target // 60, rule.warn // 60, rule.breach // 60) for name, rule in rules.items()}
    assert minutes == {"typical": (60, 180, 240), "urgent": (15, 30, 60)}


def test_alders_words_stand_in_six_parts_and_say_that_nobody_approved_them(network: list[Item]) -> None:
    material = of(Material, network)["alder-partner@3"]
    assert material.parts is not None
    assert material.parts.about == "Study Alder is a research study about tremor in adults."
    assert material.parts.do_not_promise.startswith("Do not say that a person qualifies, will be accepted")
    assert {one.note for one in of(Material, network).values()} == {"sample, not approved by anyone"}
    assert "alder-partner@2" in of(Material, network)


def test_three_partners_send_to_the_sites_that_recruit(network: list[Item]) -> None:
    studies = of(Study, network)
    live = [route for route in of(Route, network).values() if route.state is RouteState.LIVE]
    assert {route.partner for route in live} == {"hollin", "openhand", "brightpost"}
    for route in live:
        (stands,) = [one.recruiting for one in studies[route.study].sites if one.site == route.site]
        assert stands is Recruiting.RECRUITING
    assert {route.site for route in live} == set(of(Site, network)) - {"ostlers-ford"}
