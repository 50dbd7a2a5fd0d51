"""What others hear of the small network: written out by hand."""

from contracts.envelope import FactBody
from contracts.network.facts import CalendarDefined, OpenHours, PolicyDefined, RouteDefined, StaffDefined, StudyDefined
from contracts.vocabulary import Basis, Recruiting, StaffRole
from services.intake.network.rules.said import changed_facts, facts_of
from tests.intake.network.samples import SMALL, changed, items


def said(*texts: str) -> dict[str, FactBody]:
    return facts_of(items(*texts))


def test_a_study_says_its_sites_and_nothing_of_its_wording() -> None:
    study = said(SMALL)["study/alder"]
    assert isinstance(study, StudyDefined)
    assert (study.code, study.policy, study.sponsor) == ("AL-204", "typical", "northfield")
    assert [(one.site, one.recruiting) for one in study.sites] == [
        ("eastmere", Recruiting.RECRUITING),
        ("marlow", Recruiting.PAUSED),
    ]
    assert "tremor" not in study.model_dump_json()


def test_a_staff_member_says_where_alerts_go() -> None:
    ines, tomas = said(SMALL)["staff/ines"], said(SMALL)["staff/tomas"]
    assert isinstance(ines, StaffDefined)
    assert (ines.email, ines.roles, ines.capacity, ines.weight) == (
        "ines@eastmere.example",
        (StaffRole.COORDINATOR,),
        40,
        100,
    )
    assert isinstance(tomas, StaffDefined)
    assert (tomas.email, tomas.capacity, tomas.weight) == (None, 20, 50)


def test_a_policy_says_business_seconds() -> None:
    policy = said(SMALL)["policy/typical"]
    assert isinstance(policy, PolicyDefined)
    rule = policy.first_response
    assert (rule.target_seconds, rule.warn_seconds, rule.breach_seconds) == (3600, 10800, 14400)


def test_a_calendar_says_every_opening_of_a_week() -> None:
    calendar = said(SMALL)["calendar/weekdays"]
    assert isinstance(calendar, CalendarDefined)
    monday = [OpenHours(weekday=0, opens=o, closes=c) for o, c in (("08:30", "12:30"), ("13:00", "24:00"))]
    assert list(calendar.hours[:2]) == monday
    assert len(calendar.hours) == 9
    assert [day.isoformat() for day in calendar.holidays] == ["2026-12-25"]


def test_a_routes_bases_are_its_partners_agreements() -> None:
    route = said(SMALL)["route/openhand-alder-eastmere"]
    assert isinstance(route, RouteDefined)
    assert route.bases == (Basis.SELF_REFERRED, Basis.AGREEMENT_DOCUMENTED)
    draft = changed("channel: partner_api", "channel: fhir", changed("state: live", "state: draft"))
    other = said(draft)["route/openhand-alder-eastmere"]
    assert isinstance(other, RouteDefined)
    assert other.bases == ()


def test_only_what_differs_is_said_again() -> None:
    before = {key: fact.model_dump_json() for key, fact in said(SMALL).items()}
    assert changed_facts(before, said(SMALL)) == {}
    now = said(changed("weight: 50", "weight: 60"))
    assert list(changed_facts(before, now)) == ["staff/tomas"]
    assert set(changed_facts({}, now)) == set(now)
