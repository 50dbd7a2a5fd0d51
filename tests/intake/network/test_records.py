"""A study and its sites from a ClinicalTrials.gov record; expectations are read off the record by hand."""

import copy
import json
from typing import Any

import pytest

from contracts.vocabulary import Recruiting
from services.intake.network.rules.records import NotARecord, recruiting_of, study_from_record, zone_at
from tests.intake.network.samples import RECORD


def record(**parts: Any) -> Any:
    """The invented record, with modules of its section replaced; None leaves one out."""
    whole = copy.deepcopy(json.loads(RECORD.read_text()))
    for name, module in parts.items():
        whole["protocolSection"][name] = module
        if module is None:
            del whole["protocolSection"][name]
    return whole


def test_sites_are_numbered_in_the_records_order_and_named_by_city() -> None:
    sites = study_from_record(record()).sites
    assert [(site["id"], site["name"], site["zone"], site.get("country")) for site in sites] == [
        ("nct00000017-001", "Site 001, Phoenix", "America/Phoenix", "US"),
        ("nct00000017-002", "Site 002, Sydney", "Australia/Sydney", "AU"),
        ("nct00000017-003", "Site 003, Cardiff", "Europe/London", None),
        ("nct00000017-004", "Site 004, Kathmandu", "Asia/Kathmandu", "NP"),
    ]


def test_a_place_recruits_as_its_own_status_says_else_as_the_study() -> None:
    study = study_from_record(record()).study
    assert study["recruiting"] == "recruiting"
    assert [one["recruiting"] for one in study["sites"]] == ["recruiting", "paused", "closed", "recruiting"]
    assert study["declared_recruiting"] is False


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("RECRUITING", "recruiting"),
        ("NOT_YET_RECRUITING", "paused"),
        ("SUSPENDED", "paused"),
        ("ENROLLING_BY_INVITATION", "paused"),
        ("ACTIVE_NOT_RECRUITING", "closed"),
        ("COMPLETED", "closed"),
        ("TERMINATED", "closed"),
        ("WITHDRAWN", "closed"),
        ("UNKNOWN", "closed"),
        ("A_STATUS_OF_NEXT_YEAR", "closed"),
    ],
)
def test_a_status_stands_for_referrals(status: str, stands: str) -> None:
    assert recruiting_of(status).value == stands


def test_a_place_is_never_more_open_than_its_study() -> None:
    assert recruiting_of("RECRUITING", within=Recruiting.CLOSED) is Recruiting.CLOSED
    assert recruiting_of("RECRUITING", within=Recruiting.PAUSED) is Recruiting.PAUSED
    closed = record(statusModule={"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": "2020-01-01"}})
    assert {one["recruiting"] for one in study_from_record(closed).study["sites"]} == {"closed"}


def test_run_as_recruiting_is_declared_where_the_record_says_otherwise() -> None:
    closed = record(statusModule={"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": "2020-01-01"}})
    study = study_from_record(closed, as_recruiting=True).study
    assert (study["recruiting"], study["declared_recruiting"]) == ("recruiting", True)
    assert {one["recruiting"] for one in study["sites"]} == {"recruiting"}
    assert study_from_record(record(), as_recruiting=True).study["declared_recruiting"] is True  # two places did not
    places = json.loads(RECORD.read_text())["protocolSection"]["contactsLocationsModule"]["locations"]
    only_open = record(contactsLocationsModule={"locations": [places[0]]})
    assert study_from_record(only_open, as_recruiting=True).study["declared_recruiting"] is False


def test_a_record_has_its_own_date_and_no_person() -> None:
    found = study_from_record(record())
    assert {part["effective_from"] for part in (found.study, found.sponsor, *found.sites)} == {"2026-02-03"}
    assert found.sponsor["id"] == "eclair-hollow-institute"
    assert found.sponsor["name"] == "Éclair & Hollow Institute"
    assert "Somebody" not in str(found)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ([], "the record is missing or no object"),
        ({}, "protocolSection is missing"),
        (record(identificationModule=None), "identificationModule is missing"),
        (record(identificationModule={"nctId": "17"}), "identificationModule.nctId is not NCT and eight digits"),
        (record(statusModule={}), "statusModule.lastUpdatePostDateStruct.date is missing"),
        (record(contactsLocationsModule={"locations": [{"city": "Nowhere"}]}), "location 1.geoPoint is missing"),
        (
            record(contactsLocationsModule={"locations": [{"geoPoint": {"lat": 0, "lon": 181}}]}),
            "location 1.geoPoint has no time zone",
        ),
        (
            record(contactsLocationsModule={"locations": [{"geoPoint": {"lat": 0.0, "lon": -150.0}}]}),
            "location 1.geoPoint has no time zone",
        ),
        (record(contactsLocationsModule={"locations": {}}), "contactsLocationsModule.locations is not a list"),
    ],
)
def test_what_is_no_record_says_which_part_is_missing(broken: object, says: str) -> None:
    with pytest.raises(NotARecord, match=says):
        study_from_record(broken)


def test_zones_are_those_of_the_place() -> None:
    assert zone_at(33.45, -112.07) == "America/Phoenix"
    assert zone_at(27.7, 85.32) == "Asia/Kathmandu"
    assert zone_at(0.0, -150.0) is None
