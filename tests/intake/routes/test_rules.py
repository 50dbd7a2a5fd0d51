"""Admission: one sentence a case. Which refusal comes first, what narrows what, when a material stops being taken."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts.vocabulary import Basis, Recruiting, Refusal, RouteState
from services.intake.network.rules.items import Agreement, Material, Route, Site, Study, StudyAllowance, StudySite
from services.intake.network.rules.offer import Offer
from services.intake.network.rules.words import ReferralField
from services.intake.routes.rules import Admitted, Asks, Refused, admit, grace_ends

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALWAYS = {"effective_from": "2024-01-01", "reviewed_on": "2026-01-02"}
NAMES = (ReferralField.GIVEN_NAME, ReferralField.FAMILY_NAME, ReferralField.PHONE)


def a_material(version: int, **changes: Any) -> Material:
    words: dict[str, Any] = {
        "id": "alder-words", "version": version, "study": "alder", "language": "en", "text": "x",
        "approval_reference": "PL-1", "approved_on": "2024-01-01", "places": ("newsletter",),
    }  # fmt: skip
    return Material.model_validate(ALWAYS | words | changes)


def an_offer(
    *,
    route: dict[str, Any] | None = None,
    study: dict[str, Any] | None = None,
    site: dict[str, Any] | None = None,
    agreement: dict[str, Any] | None = None,
    materials: tuple[Material, ...] = (a_material(1),),
) -> Offer:
    """Live, recruiting, agreed; a keyword per difference."""
    of_route = {
        "id": "live", "partner": "openhand", "study": "alder", "site": "eastmere", "channel": "partner_api",
        "source_tag": "autumn", "pool": "p", "owner": "ines", "backup": "tomas", "material": "alder-words",
        "state": "live",
    }  # fmt: skip
    of_study = {
        "id": "alder", "code": "AL-204", "name": "Alder", "description": "x", "sponsor": "northfield",
        "policy": "typical", "recruiting": "recruiting", "sites": (StudySite(site="eastmere"),),
    }  # fmt: skip
    of_site = {"id": "eastmere", "name": "Eastmere", "zone": "America/New_York", "calendar": "weekdays"}
    agreed = {
        "id": "a", "partner": "openhand", "channels": ("partner_api",), "bases": ("self_referred",),
        "studies": (StudyAllowance(study="alder", allowed_fields=NAMES),), "acknowledges": (),
        "valid_from": "2024-01-01",
    }  # fmt: skip
    return Offer(
        Route.model_validate(ALWAYS | of_route | (route or {})),
        Study.model_validate(ALWAYS | of_study | (study or {})),
        Site.model_validate(ALWAYS | of_site | (site or {})),
        (Agreement.model_validate(ALWAYS | agreed | (agreement or {})),),
        materials,
    )


def asks(**changes: Any) -> Asks:
    """By phone, on version 1."""
    told: dict[str, Any] = {
        "partner": "openhand", "study": "alder", "material": ("alder-words", 1), "basis": Basis.SELF_REFERRED,
        "has_permission": True, "fields": frozenset(NAMES),
    }  # fmt: skip
    return Asks(**told | changes)


ELSEWHERE = (StudySite(site="marlow"),)
PAUSED_HERE = (StudySite(site="eastmere", recruiting=Recruiting.PAUSED),)
CASES: list[tuple[str, Asks, Offer | None, Refusal]] = [
    ("there is no route", asks(), None, Refusal.ROUTE_UNKNOWN),
    ("another partner's route", asks(partner="brightpost"), an_offer(), Refusal.ROUTE_UNKNOWN),
    ("another study than the route's", asks(study="birch"), an_offer(), Refusal.FIELD_INVALID),
    ("a draft", asks(), an_offer(route={"state": "draft"}), Refusal.ROUTE_NOT_LIVE),
    ("a retired route", asks(), an_offer(route={"state": "retired"}), Refusal.ROUTE_NOT_LIVE),
    ("the agreement begins tomorrow", asks(), an_offer(agreement={"valid_from": "2026-03-03"}), Refusal.ROUTE_NOT_LIVE),
    ("it ended yesterday", asks(), an_offer(agreement={"valid_until": "2026-03-01"}), Refusal.ROUTE_NOT_LIVE),
    ("another channel was agreed", asks(), an_offer(agreement={"channels": ("fhir",)}), Refusal.ROUTE_NOT_LIVE),
    ("the study is paused", asks(), an_offer(study={"recruiting": "paused"}), Refusal.STUDY_NOT_RECRUITING),
    ("the site is closed", asks(), an_offer(site={"recruiting": "closed"}), Refusal.STUDY_NOT_RECRUITING),
    ("the study is paused here", asks(), an_offer(study={"sites": PAUSED_HERE}), Refusal.STUDY_NOT_RECRUITING),
    ("the study left this site", asks(), an_offer(study={"sites": ELSEWHERE}), Refusal.STUDY_NOT_RECRUITING),
    ("no material named", asks(material=None), an_offer(), Refusal.MATERIAL_MISSING),
    ("another material", asks(material=("birch-words", 1)), an_offer(), Refusal.MATERIAL_MISSING),
    ("no such version", asks(material=("alder-words", 2)), an_offer(), Refusal.MATERIAL_MISSING),
    ("withdrawn", asks(), an_offer(materials=(a_material(1, withdrawn=True),)), Refusal.MATERIAL_WITHDRAWN),
    ("retired this moment", asks(), an_offer(materials=(a_material(1, retire_at="2026-03-02T09:00:00Z"),)),
     Refusal.MATERIAL_OUTDATED),
    ("its approval ran out yesterday", asks(), an_offer(materials=(a_material(1, approved_until="2026-03-01"),)),
     Refusal.MATERIAL_OUTDATED),
    ("no permission", asks(has_permission=False), an_offer(), Refusal.PERMISSION_MISSING),
    ("no basis", asks(basis=None), an_offer(), Refusal.BASIS_MISSING),
    ("a basis that was not agreed", asks(basis=Basis.AUTHORISATION), an_offer(), Refusal.BASIS_MISSING),
    ("a field that was not agreed", asks(fields=frozenset({*NAMES, ReferralField.EMAIL})), an_offer(),
     Refusal.FIELD_NOT_ALLOWED),
    ("a field the route leaves out", asks(), an_offer(route={"allowed_fields": ("given_name", "family_name")}),
     Refusal.FIELD_NOT_ALLOWED),
    ("the route cannot allow more than was agreed", asks(fields=frozenset({ReferralField.EMAIL})),
     an_offer(route={"allowed_fields": ("email",)}), Refusal.FIELD_NOT_ALLOWED),
    ("no permission and no basis: permission first", asks(has_permission=False, basis=None), an_offer(),
     Refusal.PERMISSION_MISSING),
]  # fmt: skip


@pytest.mark.parametrize(("told", "offer", "code"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_is_refused(told: Asks, offer: Offer | None, code: Refusal) -> None:
    verdict = admit(told, offer, MONDAY)
    assert isinstance(verdict, Refused)
    assert verdict.code is code
    assert (verdict.offer is None) == (code is Refusal.ROUTE_UNKNOWN)
    assert all(pointer.startswith("/") and says for pointer, says in verdict.pointers)


@pytest.mark.parametrize(("state", "is_test"), [(RouteState.LIVE, False), (RouteState.TESTING, True)])
def test_a_live_route_brings_people_and_a_testing_one_tests(state: RouteState, is_test: bool) -> None:
    verdict = admit(asks(), an_offer(route={"state": state}), MONDAY)
    assert isinstance(verdict, Admitted)
    assert (verdict.is_test, verdict.superseded, verdict.material.version) == (is_test, False, 1)


def test_the_last_day_of_an_agreement_is_the_sites_own() -> None:
    offer = an_offer(agreement={"valid_until": "2026-03-01"})
    assert isinstance(admit(asks(), offer, datetime(2026, 3, 2, 4, 59, tzinfo=UTC)), Admitted)
    assert isinstance(admit(asks(), offer, datetime(2026, 3, 2, 5, 0, tzinfo=UTC)), Refused)


NEWER = [
    ("a newer one is in force since Friday", a_material(2, effective_from="2026-02-27"), MONDAY, True),
    ("a newer one was withdrawn", a_material(2, effective_from="2024-02-01", withdrawn=True), MONDAY, False),
    ("five working days are not yet over", a_material(2, effective_from="2026-02-23T09:00:01Z"), MONDAY, True),
    ("five working days are over", a_material(2, effective_from="2026-02-23T09:00:00Z"), MONDAY, None),
]


@pytest.mark.parametrize(("newer", "at", "superseded"), [n[1:] for n in NEWER], ids=[n[0] for n in NEWER])
def test_a_superseded_version_is_taken_for_some_days(newer: Material, at: datetime, superseded: bool | None) -> None:
    verdict = admit(asks(), an_offer(materials=(a_material(1), newer)), at)
    assert (verdict.superseded if isinstance(verdict, Admitted) else None) == superseded


def working_seconds(start: datetime, end: datetime) -> int:
    """Whole minutes of Monday to Friday between two moments, counted one by one."""
    minutes = (start + timedelta(minutes=n) for n in range(int((end - start).total_seconds() // 60)))
    return 60 * sum(minute.weekday() < 5 for minute in minutes)


@pytest.mark.parametrize("day", range(7))
def test_the_grace_is_five_working_days_counted_minute_by_minute(day: int) -> None:
    superseded = datetime(2026, 6, 1 + day, 14, 30, tzinfo=ZoneInfo("America/New_York"))
    ends = grace_ends(superseded.astimezone(UTC), "America/New_York")
    assert working_seconds(superseded, ends.astimezone(superseded.tzinfo)) == 5 * 24 * 3600


def test_the_grace_keeps_the_local_hour_over_a_change_of_clocks() -> None:
    superseded = datetime(2026, 3, 5, 17, 0, tzinfo=ZoneInfo("America/New_York"))
    ends = grace_ends(superseded, "America/New_York")
    assert (ends.date(), ends.hour, ends.utcoffset()) == (date(2026, 3, 12), 17, timedelta(hours=-4))
