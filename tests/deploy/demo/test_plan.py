"""What partners will send: the same for the same seed, with the odd ones among them, each with what it must meet."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from pydantic import ValidationError

from deploy.demo.arrivals import arrival
from deploy.demo.bodies import malformed, referral
from deploy.demo.deliveries import Delivery, Twist, busiest, deliveries
from deploy.demo.fates import FOR_GOOD, UNTIL_ALERTED, Stale, fate_of
from deploy.demo.offers import Offer
from services.intake.referrals.rules.referral import Referral
from tests.deploy.demo.builders import CONTACT, NOW, a_person, a_record, an_offer

OFFERS = (
    an_offer(),
    an_offer(route="openhand-alder-fell", site="fell"),
    an_offer(route="openhand-alder-closed", site="closed", closed="route_not_live"),
    an_offer(route="hollin-alder-eastmere", partner="hollin", channel="clinic_form", earlier_material=None),
)


def a_plan(n: int = 1500, seed: int = 7, offers: Sequence[Offer] = OFFERS) -> list[Delivery]:
    return deliveries([a_person(number, duplicates=2) for number in range(2000)], offers, n, 9.0, seed, NOW)


def test_the_same_seed_sends_the_same_and_another_does_not() -> None:
    assert a_plan(50) == a_plan(50)
    assert a_plan(50) != a_plan(50, seed=8)


def test_deliveries_come_in_order_within_the_time() -> None:
    plan = a_plan(200)
    assert all(earlier.at <= later.at for earlier, later in pairwise(plan))
    assert plan[0].at >= 0
    assert plan[-1].at < 9
    assert [one.number for one in plan] == list(range(1, 201))


def test_each_oddity_is_there_and_expects_its_own_answer() -> None:
    expects = {twist: {one.expects for one in a_plan() if one.twist is twist} for twist in Twist}
    assert expects == {
        Twist.PLAIN: {"accepted"},
        Twist.RETRIED: {"accepted"},
        Twist.MALFORMED: {"malformed"},
        Twist.NO_PERMISSION: {"permission_missing"},
        Twist.SUPERSEDED: {"material_outdated"},
        Twist.CLOSED: {"route_not_live"},
    }


def test_what_is_accepted_passes_the_doors_own_model() -> None:
    for one in a_plan(300):
        if one.expects == "accepted":
            read = Referral.model_validate_json(one.body, strict=True)
            assert (read.route, read.material) == (one.offer.route, "alder-words@2")


def test_what_is_malformed_does_not() -> None:
    body = referral(1, an_offer(), a_record(), CONTACT, NOW, random.Random(1))
    Referral.model_validate_json(json.dumps(body), strict=True)
    for seed in range(30):
        content, media_type = malformed(body, random.Random(seed))
        names = [name for name, _ in json.loads(content, object_pairs_hook=list)] if _is_json(content) else []
        refused = media_type != "application/json" or len(set(names)) < len(names)
        if not refused:
            with pytest.raises(ValidationError):
                Referral.model_validate_json(content, strict=True)


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def test_one_in_ten_is_somebody_known_at_the_same_place() -> None:
    met = Counter((one.person, one.offer.study, one.offer.site) for one in a_plan() if one.expects == "accepted")
    again = sum(n - 1 for n in met.values())
    assert 0.07 < again / sum(met.values()) < 0.13


def test_a_partner_sends_only_what_its_route_allows() -> None:
    offer = an_offer(fields=frozenset({"given_name", "phone"}))
    body = referral(1, offer, a_record(), CONTACT, NOW, random.Random(2))
    assert set(body["person"]) == {"given_name", "phone"}


def test_only_what_comes_early_may_go_stale() -> None:
    rng = random.Random(4)
    fates = Counter(fate_of(rng, may_be_late=True).stale for _ in range(5000))
    assert fates[Stale.FOR_GOOD] / 5000 == pytest.approx(FOR_GOOD, abs=0.01)
    assert fates[Stale.UNTIL_ALERTED] / 5000 == pytest.approx(UNTIL_ALERTED, abs=0.015)
    assert {fate_of(rng, may_be_late=False).stale for _ in range(500)} == {Stale.NO}


def test_adverts_bring_a_burst_on_sunday_evening_and_clinics_keep_office_hours() -> None:
    rng = random.Random(6)
    evening = (6 * 24 + 20) / 168
    adverts = [arrival("self_referral", rng) for _ in range(2000)]
    clinics = [arrival("clinic_form", rng) for _ in range(2000)]
    assert 0.25 < sum(share >= evening for share in adverts) / 2000 < 0.55
    assert sum(share < 5 / 7 for share in clinics) / 2000 > 0.95


def test_the_partners_with_the_most_open_routes_send() -> None:
    assert busiest(OFFERS) == ["openhand", "hollin"]
