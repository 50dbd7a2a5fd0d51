"""The network holds together whatever the seed, and is what the runs were promised."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from services.intake.network.rules.document import read
from services.intake.network.rules.references import network_faults
from tests.faults.traffic.network import FAR, TIGHT, lanes, network, site_leads

SEEDS = (1, 2, 7, 1_000_003)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_accepted(seed: int) -> None:
    found = read(network(seed))
    faults = [*found.faults, *network_faults(found.placed, [], set(), datetime.now(UTC))]
    assert faults == []


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_as_large_as_was_said(seed: int) -> None:
    document = network(seed)
    sizes = {name: len(document[name]) for name in ("partners", "sites", "staff")}
    assert sizes == {"partners": 6, "sites": 12, "staff": 30}
    room = {one["id"]: one["capacity"] for one in document["staff"]}
    little = sum(room[f"{site}-{name}"] for site in TIGHT for name in ("ines", "otto"))
    assert little < 20
    assert sum(room.values()) - little >= 10_000
    assert sorted(site for sites in site_leads(document).values() for site in sites) == sorted(
        one["id"] for one in document["sites"]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_study_at_a_site_is_open_to_two_partners(seed: int) -> None:
    found = lanes(network(seed))
    partners = Counter((lane.study, lane.site) for lane in found)
    assert min(partners.values()) >= 2
    assert {lane.study for lane in found} >= {FAR}
    assert any(lane.site in TIGHT for lane in found)


def test_few_routes_carry_most() -> None:
    weights = sorted((lane.weight for lane in lanes(network(7))), reverse=True)
    assert sum(weights[: len(weights) // 5]) > sum(weights) / 2


def test_the_same_seed_makes_the_same_network() -> None:
    assert network(7) == network(7) != network(8)
