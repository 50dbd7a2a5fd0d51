"""What a run shows: cells of summaries, checks that can fail, tables, JSON. Nobody's details in any of it."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from deploy.demo import checks
from deploy.demo.figures import Alerts, Check, Door, Figures, Law, Room, Site, spread
from deploy.demo.pairs import Found
from deploy.demo.sponsors import Summary
from deploy.demo.tables import DECLARED, show
from tests.deploy.demo.builders import a_delivery, an_answer

SMALL = {"withheld": "small"}
ROOM = Room(3, 2, 2, 1.5, 1)
SITE = Site("eastmere", "Eastmere", 5, 1, 1, 2, 1, [("Ines, Eastmere", 2, 2)])
ALERTS = Alerts({"warning": 3}, 2, 0, 1, 2, 2)
FOUND = Found(4, 3, 0, 1)


def a_summary(**changes: Any) -> Summary:
    body = {
        "study": "alder", "complete_up_to": "2026-03-02T09:00:00Z", "incomplete_keys": 0, "withheld_under": 11,
        "movement": {
            "decides": "x", "people": {"accepted": 40, "owned": SMALL},
            "by_site": [{"key": "eastmere", "name": "Eastmere", "people": {"accepted": 12, "owned": SMALL}}],
            "by_partner": [],
        },
        "first_response": {"answered": 31, "share_within_target": 0.9, "half_within_business_minutes": "5"},
        "refused": {"by_reason": {"permission_missing": SMALL}}, **changes,
    }  # fmt: skip
    return Summary("alder", body)


def holds(found: list[Check]) -> list[bool]:
    return [check.holds for check in found]


def test_a_summary_is_counted_cell_by_cell() -> None:
    summary = a_summary()
    assert (summary.shown, summary.withheld, summary.small) == (3, 3, [])


def test_a_small_count_is_found_wherever_it_is_shown() -> None:
    assert a_summary(refused={"by_reason": {"other": 3}}).small == ["/refused/by_reason/other"]
    assert holds(checks.report_checks([a_summary(refused={"by_reason": {"other": 3}})], 5)) == [False, True, True]
    assert holds(checks.report_checks([a_summary(complete_up_to=None)], 5)) == [True, True, False]


@pytest.mark.parametrize(
    ("answers", "held"),
    [
        ([an_answer()], [True, True, True]),
        ([an_answer(meaning="route_unknown", lead=None)], [False, True, True]),
        ([an_answer(a_delivery(expects="malformed"), meaning="malformed", lead=None)], [True, True, True]),
        ([an_answer(same_again=False)], [True, False, True]),
        ([an_answer(), an_answer()], [True, True, False]),
    ],
)
def test_the_doors_checks(answers: list[Any], held: list[bool]) -> None:
    assert holds(checks.door_checks(answers)) == held


@pytest.mark.parametrize(
    ("site", "held"),
    [
        (SITE, [True, True, True]),
        (replace(SITE, owners=[("Ines", 3, 2)]), [False, True, True]),
        (replace(SITE, owners=[("Ines", 1, 2)]), [True, False, True]),
        (replace(SITE, accepted=6), [True, True, False]),
    ],
)
def test_the_desks_checks(site: Site, held: list[bool]) -> None:
    assert holds(checks.desk_checks([site], ROOM)) == held


def test_the_duplicates_checks() -> None:
    assert holds(checks.duplicate_checks(FOUND)) == [True, True]
    assert holds(checks.duplicate_checks(Found(4, 0, 1, 0))) == [False, False]


@pytest.mark.parametrize(
    ("alerts", "held"),
    [
        (ALERTS, [True, True, True, True, True]),
        (replace(ALERTS, failed=1), [True, False, True, True, True]),
        (replace(ALERTS, letters=3), [True, True, False, True, True]),
        (replace(ALERTS, withdrawn=0), [True, True, True, False, True]),
        (replace(ALERTS, acknowledged=0), [True, True, True, True, False]),
        (replace(ALERTS, raised={}, delivered=0, letters=0), [False, True, True, True, True]),
    ],
)
def test_the_alerts_checks(alerts: Alerts, held: list[bool]) -> None:
    assert holds(checks.alert_checks(alerts, 1, 1)) == held


def test_a_broken_law_fails_its_check() -> None:
    assert holds(checks.law_checks([Law("one", 3, []), Law("two", 1, ["key: says"])])) == [False]


def test_median_and_p99_are_ranks() -> None:
    assert spread(list(range(1, 101))) == spread(list(range(100, 0, -1)))
    found = spread([float(n) for n in range(1, 201)])
    assert (found.n, found.median, found.p99) == (200, 100.0, 198.0)
    assert spread([]).n == 0


def some_figures(**changes: Any) -> Figures:
    told: dict[str, Any] = {
        "referrals": 5, "seed": 1, "network": "the sample network", "declared_recruiting": False,
        "doors": [Door("openhand", 5, 3, 1, 1, {"permission_missing": 1})], "sites": [SITE], "room": ROOM,
        "duplicates": FOUND, "keeps": {"phone": 0.75}, "alerts": ALERTS, "latency": {"owner": spread([5.0])},
        "summaries": {"alder": a_summary().body}, "laws": [Law("a law", 3, ["lead-1: is broken"])],
        "checks": [Check("something", False, "not at all")],
    }  # fmt: skip
    return Figures(**{**told, **changes})


def shown(figures: Figures) -> str:
    out = io.StringIO()
    show(figures, Console(file=out, width=160))
    return out.getvalue()


def test_the_tables_show_refusals_withheld_cells_broken_laws_and_failed_checks() -> None:
    text = shown(some_figures())
    for word in (
        "permission_missing 1",
        "Ines 2/2",
        "complete up to 2026-03-02T09:00:00Z",
        "lead-1: is broken",
        "not at all",
    ):
        assert word in text


def test_what_was_declared_recruiting_is_said_on_every_table() -> None:
    text = shown(some_figures(declared_recruiting=True))
    assert text.count(DECLARED) == text.count("─\n") or text.count(DECLARED) == 9
    assert DECLARED not in shown(some_figures())


def test_figures_are_json() -> None:
    assert json.loads(json.dumps(some_figures().as_json()))["room"]["ever"] == 3
