"""The closed lists, typed out again from the design's page on a lead's life."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts import vocabulary
from contracts.vocabulary import CloseGroup, CloseReason, ContactResult, Word, close_group, listed

LISTS = {
    "Stage": "intake prescreen_review records_request scheduling screening done",
    "Status": "new attempting contacted waiting_on_records ready_for_review scheduled in_screening not_eligible closed",
    "Bucket": "waiting_for_owner stalled needs_follow_up ready_for_scheduling_review waiting_on_records "
    "waiting_on_someone_else scheduled planned",
    "Milestone": "accepted owned first_attempt reached prescreen_started study_team_reviewed records_complete "
    "visit_booked visit_attended informed_consent_recorded enrolment_recorded",
    "Direction": "out in",
    "ContactResult": "reached no_answer message_left call_back_asked spoke_to_other wrong_contact out_of_service "
    "asked_to_stop",
    "Outcome": "reached no_response prescreen_started records_needed ready_for_review scheduled closed "
    "waiting_on_blocker",
    "Priority": "routine urgent",
    "PrescreenStatus": "not_started in_progress with_study_team reviewed",
    "StatedInterest": "learn_more consider_taking_part asks_about_visits for_someone_else",
    "ContactIs": "self parent_guardian caregiver representative",
    "Refusal": "route_unknown route_not_live route_full study_not_recruiting material_missing material_outdated "
    "material_withdrawn permission_missing basis_missing field_missing field_invalid field_not_allowed too_large "
    "rate_limited",
    "BlockerKind": "awaiting_records awaiting_person awaiting_callback awaiting_study_team awaiting_sponsor "
    "awaiting_partner no_slot capacity duplicate_under_review language_or_interpreter transport needs_representative "
    "contact_permission_missing system",
    # product.md, "Words"
    "Channel": "self_referral partner_api clinic_form phone_handoff coordinator_entry file_import fhir",
    "Permitted": "phone sms email post may_leave_message",
    "Basis": "self_referred agreement_documented authorisation partial_waiver",
    "RouteState": "draft testing live paused retired",
}
CLOSE_REASONS = {
    "person": "not_interested withdrew_interest permission_revoked chose_other_study too_far schedule too_burdensome "
    "advised_against waited_too_long deceased other",
    "contact": "unreachable wrong_contact",
    "criteria": "diagnosis labs prior_treatment medication age_sex_bmi records_not_obtainable other_criteria",
    "hand_off": "duplicate wrong_study sent_in_error suspected_fraud test",
    "site_or_study": "no_capacity enrolment_complete site_paused study_closed outside_catchment "
    "transferred_to_other_site",
    "after_consent": "enrolled screen_failure withdrew_consent lost_to_follow_up",
    "erased": "erased",
}
WORDS = [getattr(vocabulary, name) for name in vocabulary.__all__ if isinstance(getattr(vocabulary, name), type)]
ALL = [words for words in WORDS if issubclass(words, Word) and words is not Word]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_the_design_s_values_and_other(name: str) -> None:
    found = [word.value for word in getattr(vocabulary, name)]
    assert found == [*LISTS[name].split(), "other"]


@pytest.mark.parametrize("group", CLOSE_REASONS)
def test_a_close_reason_stands_in_its_group(group: str) -> None:
    grouped = {reason.value for reason in CloseReason if close_group(reason) == group}
    assert grouped == set(CLOSE_REASONS[group].split())


def test_no_close_reason_is_left_over() -> None:
    reasons = [reason for text in CLOSE_REASONS.values() for reason in text.split()]
    assert sorted(reasons) == sorted(reason.value for reason in CloseReason)
    assert {group.value for group in CloseGroup} == {*CLOSE_REASONS, "other"}


def test_the_package_names_every_list_it_holds() -> None:
    assert {words for words in Word.__subclasses__() if words.__module__.startswith("contracts.")} == set(ALL)
    assert len(ALL) >= 29


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.__name__)
def test_a_reader_takes_an_unknown_value_for_other(words: type[Word]) -> None:
    assert words("said_by_a_newer_writer").value == "other"
    with pytest.raises(ValidationError):
        TypeAdapter(words).validate_json("7")


class Door(BaseModel):
    result: Annotated[ContactResult, listed(ContactResult)]
    reason: Annotated[CloseReason, listed(CloseReason, other=True)] = CloseReason.TOO_FAR


@pytest.mark.parametrize("value", ["sideways", "other", "OTHER", "Reached", "", 7, None, [], {}, ["reached"]])
def test_a_door_refuses_what_the_list_does_not_hold(value: Any) -> None:
    with pytest.raises(ValidationError, match="not one of the listed values"):
        Door.model_validate({"result": value})


def test_a_door_takes_what_the_list_holds() -> None:
    door = Door.model_validate({"result": "asked_to_stop", "reason": "other"})
    assert (door.result, door.reason) == (ContactResult.ASKED_TO_STOP, CloseReason.OTHER)
