"""The network of a rehearsal: what its partners may do, how it is shortened, what stands around a record."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from deploy.demo.around_records import around, header
from deploy.demo.offers import Offer, offers
from deploy.demo.rehearsal import rehearsal
from services.cli.demo_world import SAMPLE
from services.cli.network import faults_of, read_files
from tests.deploy.demo.builders import a_document

TODAY = datetime.now(UTC).date()


@pytest.fixture
def of() -> dict[str, Offer]:
    return {one.route: one for one in offers(a_document())}


def test_drafts_and_routes_without_an_agreement_are_no_offers(of: dict[str, Offer]) -> None:
    assert sorted(of) == ["one", "three", "two"]


def test_a_closed_route_says_what_a_referral_on_it_must_meet(of: dict[str, Offer]) -> None:
    assert {route: one.closed for route, one in of.items()} == {
        "one": None,
        "two": "study_not_recruiting",
        "three": "route_not_live",
    }


def test_an_offer_knows_its_words_fields_and_country(of: dict[str, Offer]) -> None:
    assert (of["one"].material, of["one"].earlier_material) == ("alder-words@2", "alder-words@1")
    assert (of["one"].fields, of["three"].fields) == (frozenset({"phone"}), frozenset({"given_name", "phone"}))
    assert (of["one"].country, of["two"].country) == ("GB", "US")


def test_room_is_two_thirds_of_what_comes_shared_out_by_working_time_and_never_none() -> None:
    staff = {one["id"]: one["capacity"] for one in rehearsal(a_document(), ["eastmere"] * 30, TODAY)["staff"]}
    assert staff == {"ines": 14, "bram": 7}
    alone = {one["id"]: one["capacity"] for one in rehearsal(a_document(), [], TODAY)["staff"]}
    assert alone == {"ines": 1, "bram": 1}


def test_deadlines_are_seconds_and_calendars_always_open() -> None:
    items = rehearsal(a_document(), [], TODAY)
    assert all(rule.endswith("s") for one in items["policies"] for rule in one["first_response"].values())
    assert [one["always_open"] for one in items["calendars"]] == [True]


def test_the_sample_network_holds_together_under_its_rehearsal(tmp_path: Path) -> None:
    document = read_files([SAMPLE]).document
    overlay = tmp_path / "rehearsal.yaml"
    overlay.write_text(yaml.safe_dump(rehearsal(document, ["eastmere"] * 40, TODAY)))
    assert [str(fault) for fault in faults_of(read_files([SAMPLE, overlay]), {})] == []


def test_the_sample_network_has_three_partners_that_send_and_a_closed_site() -> None:
    found = offers(read_files([SAMPLE]).document)
    assert len({one.partner for one in found if one.closed is None}) == 3
    assert {one.closed for one in found} == {None, "route_not_live"}


def a_study_record(folder: Path) -> Path:
    places = [("Lyon", 45.76, 4.84, "France"), ("Leeds", 53.8, -1.55, "United Kingdom")]
    record = {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A study"},
            "statusModule": {"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": "2025-11-03"}},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Northfield"}},
            "contactsLocationsModule": {
                "locations": [
                    {"city": city, "country": country, "geoPoint": {"lat": lat, "lon": lon}}
                    for city, lat, lon, country in places
                ]
            },
        }
    }
    file = folder / "record.json"
    file.write_text(json.dumps(record))
    return file


@pytest.mark.parametrize("opened", [True, False])
def test_a_record_with_what_stands_around_it_is_a_network(tmp_path: Path, opened: bool) -> None:
    brought, whole = tmp_path / "records.yaml", tmp_path / "whole.yaml"
    brought.write_text(yaml.safe_dump(header({str(a_study_record(tmp_path)): opened}, TODAY)))
    document = read_files([brought]).document
    whole.write_text(yaml.safe_dump(json.loads(json.dumps({**document, **around(document, TODAY)}))))
    read = read_files([whole])
    assert [str(fault) for fault in faults_of(read, {})] == []
    assert [one["name"] for one in read.document["sites"]] == ["Site 001, Lyon", "Site 002, Leeds"]
    closed = {one.closed for one in offers(read.document)}
    assert closed == ({None} if opened else {"study_not_recruiting"})


def test_words_that_were_replaced_are_older_than_those_in_force() -> None:
    days = {
        one["version"]: date.fromisoformat(one["effective_from"])
        for one in rehearsal(a_document(), [], TODAY)["materials"]
    }
    assert days[1] < days[2] < TODAY
