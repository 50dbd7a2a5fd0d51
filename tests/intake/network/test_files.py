"""Files laid over each other, and studies that are one line."""

import json

from contracts.vocabulary import Recruiting
from services.intake.network.rules.document import read
from services.intake.network.rules.files import merge
from services.intake.network.rules.items import Policy, Site, Study
from services.intake.network.rules.records import NotARecord
from services.intake.network.rules.yaml_text import read_yaml
from tests.intake.network.samples import RECORD, SMALL, changed, items, laid

DATES = "effective_from: 2026-02-01\nreviewed_on: 2026-02-01\n"
SHORT = f"{DATES}policies:\n  - {{id: typical, first_response: {{target: 2s, warn: 4s, breach: 8s}}}}\n"
RECORDED = changed("studies:\n  - id", "studies:\n  - {record: tides.json, calendar: weekdays}\n  - id")


def load(file: str, written: str) -> object:
    assert (file, written) == ("net.yaml", "tides.json")
    return json.loads(RECORD.read_text())


def by_key(*texts: str) -> dict[str, object]:
    return {item.key: item for item in items(*texts)}


def test_an_item_of_a_later_file_replaces_the_whole_item() -> None:
    before, after = by_key(SMALL), by_key(SMALL, SHORT)
    policy = after.pop("policy/typical")
    assert isinstance(policy, Policy)
    assert (policy.first_response.target, policy.first_response.breach) == (2, 8)
    assert policy.effective_from.isoformat() == "2026-02-01T00:00:00+00:00"
    before.pop("policy/typical")
    assert before == after


def test_nothing_is_merged_inside_an_item() -> None:
    files = laid(SMALL, f"{DATES}sites:\n  - {{id: marlow, name: Marlow}}\n")
    assert {fault.path[2] for fault in read(files.document).faults} == {"zone", "calendar"}


def test_two_versions_of_a_material_stand_side_by_side() -> None:
    second = SMALL[SMALL.index("  - id: alder-partner") : SMALL.index("routes:")].replace("version: 1", "version: 2")
    keys = by_key(SMALL, f"{DATES}materials:\n{second}")
    assert {"material/alder-partner@1", "material/alder-partner@2"} <= set(keys)


def test_a_files_dates_stand_for_items_that_have_none() -> None:
    over = f"{DATES}sponsors:\n  - {{id: northfield, name: N}}\n  - {{id: b, name: B, reviewed_on: 2026-01-31}}\n"
    found = {item.id: item for item in items(over)}
    assert [found[id].reviewed_on.isoformat() for id in ("northfield", "b")] == ["2026-02-01", "2026-01-31"]


def test_a_study_is_one_line_its_record() -> None:
    files = merge([("net.yaml", read_yaml(RECORDED))], load)
    found = {placed.item.key: placed.item for placed in read(files.document).placed}
    study = found["study/nct00000017"]
    assert isinstance(study, Study)
    assert [one.site for one in study.sites] == [f"nct00000017-00{n}" for n in range(1, 5)]
    assert {"site/nct00000017-004", "sponsor/eclair-hollow-institute"} <= set(found)
    assert study.reviewed_on.isoformat() == "2026-01-02"  # the file's own, before the record's


def test_the_file_may_say_a_recorded_site_otherwise() -> None:
    fields = "name: Harbour, zone: Australia/Hobart, calendar: weekdays, recruiting: paused"
    own = f"sites:\n  - {{id: nct00000017-002, {fields}}}\n"
    files = merge(
        [("net.yaml", read_yaml(RECORDED.replace("sites:\n  - id: eastmere\n", f"{own}  - id: eastmere\n")))], load
    )
    sites = {placed.item.id: placed.item for placed in read(files.document).placed if isinstance(placed.item, Site)}
    assert (sites["nct00000017-002"].name, sites["nct00000017-002"].recruiting) == ("Harbour", Recruiting.PAUSED)
    assert sites["nct00000017-001"].name == "Site 001, Phoenix"


def test_a_fault_of_a_record_is_told_at_its_line() -> None:
    def broken(_file: str, _written: str) -> object:
        raise NotARecord("identificationModule is missing")

    told = merge([("net.yaml", read_yaml(RECORDED))], broken).faults
    assert [str(fault) for fault in told] == ["net.yaml:5: studies[0].record: identificationModule is missing"]
    text = RECORDED.replace("calendar: weekdays}\n", "calender: weekdays, as_recruiting: perhaps}\n", 1)
    told = merge([("net.yaml", read_yaml(text))], load).faults
    assert [(fault.line, fault.field) for fault in told] == [
        (5, "studies[0].calender"),
        (5, "studies[0].as_recruiting"),
    ]
