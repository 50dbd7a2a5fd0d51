"""A file from its upload to its report: what is accepted, what is not and why, and what never comes in at all."""

import asyncio
import csv
import io
from typing import Any

import pytest

from contracts.referrals.facts import ReferralRefused
from tests.intake.imports.clinic import HEADER, IMPORTS, MAPPING, Clinic, a_file, a_row
from tests.intake.referrals.door import a_person, a_referral

WRONG = [a_row(Phone="12"), a_row(Born="someday"), a_row(Agreed_on="")]


def outcomes(report: list[dict[str, Any]]) -> list[tuple[int, str, str | None]]:
    return [(one["row"], one["outcome"], one.get("code")) for one in report]


async def test_a_list_with_three_bad_rows_and_a_column_of_notes(clinic: Clinic) -> None:
    before = (await clinic.desk.counts())["referral"]
    id = await clinic.sent(a_file([a_row(), WRONG[0], a_row(), WRONG[1], WRONG[2]]))
    await clinic.work_off()
    shown = await clinic.shown(id)
    assert (shown["state"], shown["not_read"]) == ("checked", ["Notes"])
    assert shown["dry_run"] == {"done": 5, "accepted": 2, "refused": 0, "wrong": 3, "later": 0}
    dry = await clinic.report(id, phase="check")
    assert [(one["row"], one["errors"][0]["field"]) for one in dry if one["outcome"] == "wrong"] == [
        (3, "phone"), (5, "birth_year"), (6, "permission_given_at"),
    ]  # fmt: skip
    assert (await clinic.desk.counts())["referral"] == before
    done = await clinic.started(id)
    assert (done["state"], done["progress"]) == ("done", shown["dry_run"])
    report = await clinic.report(id)
    assert [one["outcome"] for one in report] == [one["outcome"] for one in dry]
    assert all(("lead" in one) == (one["outcome"] == "accepted") for one in report)
    assert (await clinic.desk.counts())["referral"] == before + 2


async def test_the_same_file_twice_doubles_nothing_and_answers_the_same(clinic: Clinic) -> None:
    content = a_file([a_row(), a_row(Phone="12"), a_row(), a_row()])
    first = await clinic.report(await clinic.imported(content))
    counted = await clinic.desk.counts()
    second = await clinic.report(await clinic.imported(content))
    assert second == first
    after = await clinic.desk.counts()
    for table in ("referral", "vault", "permission", "outbox", "idempotency"):
        assert after[table] == counted[table], table


async def test_a_corrected_row_is_taken_and_the_others_stay(clinic: Clinic) -> None:
    rows = [a_row(), a_row(Phone="12")]
    [taken, _] = await clinic.report(await clinic.imported(a_file(rows)))
    rows[1][4] = "+1 213 555 0199"
    mended = await clinic.report(await clinic.imported(a_file(rows)))
    assert [one["outcome"] for one in mended] == ["accepted", "accepted"]
    assert mended[0]["lead"] == taken["lead"]


async def test_an_accepted_row_under_another_mapping_changes_nothing(clinic: Clinic) -> None:
    content = a_file([a_row()])
    await clinic.imported(content)
    before = (await clinic.desk.counts())["referral"]
    other = MAPPING["fields"] | {"contact_is": {"value": "representative"}}
    assert (await clinic.client.put("/intake/v1/import-mappings/other", json={"fields": other})).status_code == 200
    [again] = await clinic.report(await clinic.imported(content, mapping="other"))
    assert (again["outcome"], again["code"]) == ("wrong", "idempotency_key_reused")
    assert (await clinic.desk.counts())["referral"] == before


async def test_an_external_id_is_as_at_the_json_door(clinic: Clinic) -> None:
    sent = a_referral(external_id="CSV-ALONE", person=a_person())
    assert (await clinic.desk.send(sent)).status_code == 202
    twin, again = a_row(Record="CSV-TWIN"), a_row(Record="CSV-TWIN", First_name="Grace")
    report = await clinic.report(await clinic.imported(a_file([twin, twin, again, a_row(Record="CSV-ALONE"), a_row()])))
    assert outcomes(report) == [
        (2, "accepted", None), (3, "accepted", None), (4, "wrong", "external_id_reused"),
        (5, "wrong", "external_id_reused"), (6, "accepted", None),
    ]  # fmt: skip
    assert report[0]["lead"] == report[1]["lead"]


async def test_a_rule_that_says_no_is_said_once_by_file_and_row(clinic: Clinic) -> None:
    content = a_file([a_row(), a_row()])

    async def refusals() -> int:
        [row] = await clinic.desk.fetch("select count(*) as n from outbox where type = $1", ReferralRefused.type_name)
        return int(row["n"])

    before = await refusals()
    id = await clinic.sent(content, route="paused")
    await clinic.work_off()
    assert (await clinic.shown(id))["dry_run"]["refused"] == 2
    assert await refusals() == before
    await clinic.started(id)
    assert outcomes(await clinic.report(id)) == [(2, "refused", "route_not_live"), (3, "refused", "route_not_live")]
    assert await refusals() == before + 2
    await clinic.imported(content, route="paused")
    assert await refusals() == before + 2


async def test_a_superseded_material_is_taken_and_flagged(clinic: Clinic) -> None:
    older = MAPPING["fields"] | {"material": {"value": "alder-words@4"}}
    assert (await clinic.client.put("/intake/v1/import-mappings/older", json={"fields": older})).status_code == 200
    report = await clinic.report(await clinic.imported(a_file([a_row()]), mapping="older"))
    assert outcomes(report) == [(2, "accepted", "superseded_material")]


async def test_a_full_route_stops_rows_and_not_the_file(clinic: Clinic) -> None:
    id = await clinic.imported(a_file([a_row(), a_row(), a_row(), a_row(Phone="1"), a_row()]), route="few")
    report = await clinic.report(id)
    assert [one["outcome"] for one in report] == ["accepted", "accepted", "later", "wrong", "later"]
    assert all(0 < one["retry_after"] <= 7 * 24 * 3600 for one in report if one["outcome"] == "later")
    [week] = await clinic.desk.fetch("select taken from route_week where route = 'few'")
    assert week == {"taken": 2}


async def test_many_rows_go_in_slices_and_a_page_leads_to_the_next(clinic: Clinic) -> None:
    rows = [a_row() if n % 7 else a_row(Born="x") for n in range(1_234)]
    id = await clinic.sent(a_file(rows))
    assert await clinic.work_off() == 3
    assert (await clinic.started(id))["progress"]["done"] == 1_234
    report = await clinic.report(id)
    assert [one["row"] for one in report] == list(range(2, 1_236))
    assert len({one["lead"] for one in report if one["outcome"] == "accepted"}) == 1_234 - 177
    assert len(await clinic.report(id, outcome="wrong")) == 177


async def test_the_report_as_csv_says_the_same(clinic: Clinic) -> None:
    id = await clinic.imported(a_file([a_row(), a_row(Phone="=1+1")]))
    answer = await clinic.client.get(f"{IMPORTS}/{id}/rows.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    report = await clinic.report(id)
    assert [(int(one["row"]), one["outcome"], one["lead"]) for one in lines] == [
        (one["row"], one["outcome"], one.get("lead", "")) for one in report
    ]
    assert (lines[1]["field"], lines[1]["code"]) == ("phone", "field_invalid")
    assert "1+1" not in answer.text


async def test_a_row_a_spreadsheet_would_not_write_is_wrong_by_itself(clinic: Clinic) -> None:
    head = ",".join(HEADER).encode() + b"\r\n"
    good = a_file([a_row()]).split(b"\r\n")[1] + b"\r\n"
    content = (
        head + b"short,row\r\n" + b"\r\n" + b",,,,,,\r\n" + good + b",".join([b"x"] * 9) + b"\r\n"
        + b'R-1,Ad"a,Wren,1961,"x"y,2026-03-01,n\r\n' + b"R-2,A\x00da,Wren,1961,+12135550000,2026-03-01,n\r\n" + good
    )  # fmt: skip
    report = await clinic.report(await clinic.imported(content))
    assert outcomes(report) == [
        (2, "wrong", "row_shape"), (5, "accepted", None), (6, "wrong", "row_shape"), (7, "wrong", "row_malformed"),
        (8, "wrong", "field_invalid"), (9, "accepted", None),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["uploaded", "checked", "running"])
async def test_a_cancelled_import_looks_at_no_further_row(clinic: Clinic, state: str) -> None:
    id = await clinic.sent(a_file([a_row() for _ in range(900)]))
    if state != "uploaded":
        await clinic.work_off()
    if state == "running":
        assert (await clinic.client.post(f"{IMPORTS}/{id}/start")).status_code == 200
        await clinic.rows.run(clinic.desk.database)
    done = (await clinic.shown(id))["progress"]["done"]
    assert (await clinic.client.post(f"{IMPORTS}/{id}/cancel")).json()["state"] == "cancelled"
    assert await clinic.work_off() == 0
    assert ((await clinic.shown(id))["progress"]["done"], done) == (done, 500 if state == "running" else 0)
    assert (await clinic.client.post(f"{IMPORTS}/{id}/start")).json()["code"] == "not_in_this_state"


async def test_a_file_is_started_only_when_it_was_checked_and_once(clinic: Clinic) -> None:
    id = await clinic.sent(a_file([a_row()]))
    early = await clinic.client.post(f"{IMPORTS}/{id}/start")
    assert (early.status_code, early.json()["code"]) == (409, "not_in_this_state")
    await clinic.work_off()
    both = await asyncio.gather(*(clinic.client.post(f"{IMPORTS}/{id}/start") for _ in range(2)))
    assert [one.status_code for one in both] == [200, 200]
    await clinic.work_off()
    assert (await clinic.shown(id))["progress"]["accepted"] == 1
