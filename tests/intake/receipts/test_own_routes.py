"""What a partner is told of its own routes, and what it is told beforehand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.chassis.telemetry import metrics
from services.intake.network.rules.items import Agreement, Material, Route, Site, Study
from services.intake.network.rules.offer import Offer
from services.intake.receipts.rules.own_route import Ends, Notice, endings, notices, own_route
from tests.intake.referrals.door import Desk, a_referral, network

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def an_offer(*, agreements: list[dict[str, Any]], materials: list[dict[str, Any]]) -> Offer:
    """The live route of the test network, with these changes of its agreement and its material."""
    said = network()
    known = {section: {one["id"]: one for one in said[section]} for section in ("studies", "sites", "routes")}
    base = {"effective_from": "2024-01-01T00:00:00Z", "reviewed_on": "2026-01-02"}
    agreement, material = said["agreements"][0], said["materials"][0]
    return Offer(
        Route.model_validate(base | known["routes"]["live"], strict=False),
        Study.model_validate(base | known["studies"]["alder"], strict=False),
        Site.model_validate(base | known["sites"]["eastmere"], strict=False),
        tuple(Agreement.model_validate(base | agreement | change) for change in agreements),
        tuple(Material.model_validate(base | material | change) for change in materials),
    )


ENDINGS: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]], dict[Ends, datetime]]] = [
    ("nothing ends", [{}], [{}], {}),
    (
        "the newest material retires",
        [{}],
        [{}, {"version": 2, "retire_at": "2026-03-10T00:00:00Z"}],
        {Ends.MATERIAL: datetime(2026, 3, 10, tzinfo=UTC)},
    ),
    (
        "an older one retiring is no end",
        [{}],
        [{"retire_at": "2026-03-10T00:00:00Z"}, {"version": 2}],
        {},
    ),
    (
        "the last day ends at midnight of the site, UTC-4 after the change of March",
        [{"valid_until": "2026-03-14"}],
        [{}],
        {Ends.AGREEMENT: datetime(2026, 3, 15, 4, tzinfo=UTC)},
    ),
    (
        "the next agreement takes over the day after",
        [{"valid_until": "2026-03-14"}, {"id": "next", "valid_from": "2026-03-15", "valid_until": "2026-03-31"}],
        [{}],
        {Ends.AGREEMENT: datetime(2026, 4, 1, 4, tzinfo=UTC)},
    ),
    (
        "a day between them is an end",
        [{"valid_until": "2026-03-14"}, {"id": "next", "valid_from": "2026-03-16"}],
        [{}],
        {Ends.AGREEMENT: datetime(2026, 3, 15, 4, tzinfo=UTC)},
    ),
    ("an open one beside it has no end", [{"valid_until": "2026-03-14"}, {"id": "open"}], [{}], {}),
    ("one for another channel counts for nothing", [{"channels": ["fhir"], "valid_until": "2026-03-14"}], [{}], {}),
    ("one that is over ends no more", [{"valid_until": "2026-02-14"}], [{}], {}),
]


@pytest.mark.parametrize(("agreements", "materials", "found"), [e[1:] for e in ENDINGS], ids=[e[0] for e in ENDINGS])
def test_what_ends(
    agreements: list[dict[str, Any]], materials: list[dict[str, Any]], found: dict[Ends, datetime]
) -> None:
    assert endings(an_offer(agreements=agreements, materials=materials), AT) == found


@pytest.mark.parametrize(
    ("ahead", "days"),
    [
        (timedelta(days=14, seconds=1), None),
        (timedelta(days=14), 14),
        (timedelta(days=2, seconds=1), 14),
        (timedelta(days=2), 2),
        (timedelta(seconds=1), 2),
        (timedelta(0), None),
        (-timedelta(days=1), None),
    ],
)
def test_a_notice_comes_14_and_2_days_before(ahead: timedelta, days: int | None) -> None:
    told = notices({Ends.MATERIAL: AT + ahead}, AT)
    assert told == (() if days is None else (Notice(Ends.MATERIAL, AT + ahead, days),))


def test_the_next_change_is_the_first_of_all() -> None:
    offer = an_offer(agreements=[{"valid_until": "2026-03-14"}], materials=[{}])
    sooner = {"route/live": AT + timedelta(days=3), "agreement/openhand-2026": AT + timedelta(days=5)}
    assert own_route(offer, 0, sooner, AT).next_change == AT + timedelta(days=3)
    assert own_route(offer, 0, {"route/other": AT}, AT).next_change == datetime(2026, 3, 15, 4, tzinfo=UTC)


async def routes(desk: Desk, who: str = "partner:openhand") -> dict[str, Any]:
    answer = await (await desk.doors.ask("intake", who)).get("/intake/v1/routes")
    assert answer.status_code == 200, answer.text
    return {one["route"]: one for one in answer.json()["routes"]}


async def test_own_routes_with_fields_words_and_what_is_left(desk: Desk) -> None:
    before = (await routes(desk))["scarce"]["quota"]["left"]
    assert (await desk.send(a_referral(route="scarce"))).status_code == 202
    mine = await routes(desk)
    assert "of-brightpost" not in mine
    assert {"live", "testing", "paused", "narrow", "few", "study-paused"} <= mine.keys()
    assert mine["narrow"]["allowed_fields"] == ["family_name", "given_name", "phone"]
    assert (mine["testing"]["state"], mine["paused"]["state"]) == ("testing", "paused")
    assert mine["scarce"]["quota"]["weekly_max"] == 5
    assert mine["scarce"]["quota"]["left"] == before - 1
    words = mine["live"]["material"]
    assert (words["material"], words["version"], words["language"]) == ("alder-words@5", 5, "en")
    assert set(words["parts"]) == {
        "about", "who_may_contact", "site_reviews", "do_not_promise", "where_to_go", "questions",
    }  # fmt: skip
    # versions 1 and 4 are in force still; 1 was superseded in 2024, so only 4 is in its five working days
    assert [one["material"] for one in mine["live"]["still_taken"]] == ["alder-words@4"]
    assert datetime.fromisoformat(mine["live"]["next_change"]).date() == date(2099, 1, 1)
    assert set(await routes(desk, "partner:brightpost")) == {"of-brightpost"}
    assert await routes(desk, "partner:nobody-known") == {}


async def test_the_statements_do_not_grow_with_the_routes(desk: Desk) -> None:
    counts = []
    for who in ("partner:openhand", "partner:brightpost"):
        client = await desk.doors.ask("intake", who)
        await client.get("/intake/v1/routes")  # from now on it is known what this partner's agreements ask for
        with metrics.fresh():
            metrics.allow("service", "intake")
            await client.get("/intake/v1/routes")
            counts.append(metrics.STATEMENTS.value(service="intake"))
    assert counts[0] == counts[1] <= 6
