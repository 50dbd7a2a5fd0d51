"""What is a file of rows and what is none; how it is sealed; who may see it; how it goes away."""

import gzip
import io
import zipfile
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.chassis.crypto.keystore import KeyGone
from services.chassis.http.routes import Route
from services.intake.imports.api.route import import_routes
from services.intake.imports.storage.sealed import PIECE
from services.intake.imports.ticker import rows
from tests.intake.imports.clinic import HEADER, IMPORTS, MAPPING, Clinic, a_file, a_row
from tests.intake.referrals.door import Desk


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("list.csv", content)
    return out.getvalue()


PLAIN = a_file([["R-1", "Ada", "Wren", "1961", "+1 213 555 0100", "2026-03-01", "n"]])

NOT_ROWS = {
    "a zip": (zipped(PLAIN), 415, "media_type_unsupported"),
    "gzip": (gzip.compress(PLAIN), 415, "media_type_unsupported"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), 415, "media_type_unsupported"),
    "UTF-16 with its mark": (PLAIN.decode().encode("utf-16"), 415, "media_type_unsupported"),
    "UTF-16 without it": (PLAIN.decode().encode("utf-16-le"), 415, "media_type_unsupported"),
    "latin-1": (PLAIN.replace(b"Wren", "Wrén".encode("latin-1")), 415, "encoding_unsupported"),
    "a character cut at the end": (PLAIN + "é".encode()[:1], 415, "encoding_unsupported"),
    "nothing": (b"", 422, "field_invalid"),
    "empty lines": (b"\r\n\r\n", 422, "field_invalid"),
    "no header": (PLAIN.split(b"\r\n", 1)[1], 422, "header_invalid"),
    "a quote in the header not closed": (b'"Record,' + PLAIN, 422, "header_invalid"),
    "a header twice": (a_file([], header=[*HEADER, "Phone"]), 422, "header_invalid"),
    "a header missing": (a_file([], header=HEADER[1:]), 422, "header_invalid"),
}


@pytest.mark.parametrize("name", NOT_ROWS)
async def test_what_is_no_file_of_rows_leaves_nothing(clinic: Clinic, name: str) -> None:
    content, status, code = NOT_ROWS[name]
    before = await clinic.desk.counts()
    answer = await clinic.send(content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Ada" not in answer.text
    assert await clinic.desk.counts() == before


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"mapping": "nobodys"}, "/mapping"), ({"route": "of-brightpost"}, "/route"), ({"route": "none"}, "/route"),
        ({"route": ""}, "/route"), ({"separator": "|"}, "/separator"), ({"extra": "1"}, ""),
    ],
)  # fmt: skip
async def test_what_is_asked_wrongly_is_named(clinic: Clinic, query: dict[str, str], pointer: str) -> None:
    answer = await clinic.send(PLAIN, **query)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert await clinic.desk.fetch("select id from file_import") == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
async def test_separators_line_ends_and_the_byte_order_mark(
    clinic: Clinic, separator: str, mark: bytes, end: str
) -> None:
    table = [a_row(Notes=f'says "hello"{separator}{end}and more'), a_row(Last_name="Ñandú")]
    id = await clinic.sent(mark + a_file(table, separator=separator, end=end))
    await clinic.work_off()
    shown = await clinic.shown(id)
    assert (shown["separator"], shown["dry_run"]["accepted"], shown["dry_run"]["wrong"]) == (separator, 2, 0)


async def test_a_separator_may_be_given(clinic: Clinic) -> None:
    refused = await clinic.send(a_file([a_row()]), separator="tab")
    assert refused.json()["code"] == "header_invalid"
    assert await clinic.sent(a_file([a_row()], separator=";"), separator="semicolon")


async def test_a_large_file_is_sealed_in_pieces_as_it_comes(clinic: Clinic) -> None:
    one = a_file([a_row(Notes="n" * 2_000) for _ in range(400)])
    read: list[int] = []

    async def coming() -> AsyncIterator[bytes]:
        for start in range(0, len(one), 10_000):
            read.append(start)
            yield one[start : start + 10_000]

    id = await clinic.sent(coming())
    pieces = await clinic.desk.fetch("select length(sealed) as n from import_piece order by n desc")
    assert [row["n"] for row in pieces] == [PIECE + 29] * (len(one) // PIECE) + [len(one) % PIECE + 29]
    assert len(read) == -(-len(one) // 10_000)
    await clinic.work_off()
    assert (await clinic.shown(id))["dry_run"]["accepted"] == 400


async def test_a_row_too_long_is_wrong_by_itself_and_a_quote_never_closed_ends_the_file(clinic: Clinic) -> None:
    id = await clinic.sent(a_file([a_row(), a_row(Notes="n" * 900_000), a_row()]))
    await clinic.work_off()
    assert [(one["row"], one["outcome"]) for one in await clinic.report(id, phase="check")] == [
        (2, "accepted"), (3, "wrong"), (4, "accepted"),
    ]  # fmt: skip
    open_quote = a_file([a_row()]) + b'R-9,"Ada,Wren\r\n' + a_file([a_row(Notes="n") for _ in range(2_500)])
    id = await clinic.sent(open_quote)
    await clinic.work_off()
    shown = await clinic.shown(id)
    assert (shown["state"], shown["problem"], shown["problem_row"]) == ("failed", "row_endless", 3)
    assert shown["dry_run"]["done"] == 1


async def test_a_file_that_breaks_off_leaves_nothing(clinic: Clinic) -> None:
    content = a_file([a_row(Notes="n" * 2_000) for _ in range(400)])

    async def broken() -> AsyncIterator[bytes]:
        yield content[: 2 * PIECE]
        raise ConnectionError

    assert (await clinic.send(broken())).status_code == 503
    assert await clinic.desk.fetch("select n from import_piece") == []
    assert await clinic.desk.fetch("select id from file_import") == []


async def test_another_partners_mappings_and_files_do_not_exist(clinic: Clinic) -> None:
    id = await clinic.sent(PLAIN)
    other = await clinic.desk.doors.ask("intake", "partner:brightpost")
    absent = str(UUID(int=7))
    for method, end in [("GET", ""), ("POST", "/start"), ("POST", "/cancel"), ("DELETE", "/file"), ("GET", "/rows"),
                        ("GET", "/rows.csv")]:  # fmt: skip
        theirs, none = [await other.request(method, f"{IMPORTS}/{one}{end}") for one in (id, absent)]
        assert (theirs.status_code, theirs.content) == (404, none.content)
    assert (await other.get("/intake/v1/import-mappings/list")).status_code == 404
    assert (await other.get(IMPORTS)).json() == {"imports": []}
    assert [one["id"] for one in (await clinic.client.get(IMPORTS)).json()["imports"]] == [id]


@pytest.mark.parametrize("who", [None, "staff:ines", "sponsor:northfield", "operator:local"])
async def test_it_is_for_partners_only(desk: Desk, who: str | None) -> None:
    client = await desk.doors.ask("intake", who)
    routes: tuple[Route, ...] = import_routes(desk.vault_keys())
    for route in routes:
        path = route.path.format(mapping="list", **{"import": str(UUID(int=7))})
        answer = await client.request(route.method, path, headers={"content-type": "text/csv"}, content=b"x")
        assert answer.status_code == (401 if who is None else 403), route.name


async def test_a_deleted_file_is_gone_at_once_and_its_key_with_the_next_look(clinic: Clinic) -> None:
    id = await clinic.sent(PLAIN)
    answer = await clinic.client.request("DELETE", f"{IMPORTS}/{id}/file")
    assert answer.json()["state"] == "cancelled"
    assert await clinic.desk.fetch("select n from import_piece") == []
    [row] = await clinic.desk.fetch("select key_id from file_import")
    assert await clinic.files.run(clinic.desk.database) == 1
    with pytest.raises(KeyGone):
        await clinic.keys.unwrap(row["key_id"])
    assert (await clinic.shown(id))["file_destroyed"] is True
    assert await clinic.files.run(clinic.desk.database) == 0


@pytest.mark.parametrize(("started", "state"), [(True, "done"), (False, "cancelled")])
async def test_a_file_is_destroyed_a_day_after_its_import_or_when_nobody_started_it(
    clinic: Clinic, started: bool, state: str
) -> None:
    id = await clinic.imported(PLAIN) if started else await clinic.sent(PLAIN)
    await _later(clinic, 23)
    assert await clinic.files.run(clinic.desk.database) == 0
    await _later(clinic, 2)
    assert await clinic.files.run(clinic.desk.database) == 1
    shown = await clinic.shown(id)
    assert (shown["state"], shown["file_destroyed"]) == (state, True)
    assert await clinic.desk.fetch("select n from import_piece") == []
    assert len(await clinic.report(id)) == int(started)


async def test_a_file_that_never_came_whole_is_given_up_after_an_hour(clinic: Clinic) -> None:
    id = await clinic.sent(PLAIN)
    async with clinic.desk.database.work("system:test") as work:
        await work.run("update file_import set state = 'receiving', destroy_at = created_at + interval '1 hour'")
    early = await clinic.client.request("DELETE", f"{IMPORTS}/{id}/file")
    assert (early.status_code, early.json()["code"]) == (409, "not_in_this_state")
    await _later(clinic, 1)
    assert await clinic.files.run(clinic.desk.database) == 1
    assert (await clinic.shown(id))["state"] == "failed"


async def test_reports_are_forgotten_a_month_after_the_end_and_not_before(clinic: Clinic) -> None:
    id = await clinic.imported(PLAIN)
    forget = "update file_import set ended_at = ended_at - make_interval(days => $1)"
    for days, left in ((29, 2), (2, 0)):
        async with clinic.desk.database.work("system:test") as work:
            await work.run(forget, days)
        while await clinic.reports.run(clinic.desk.database):
            pass
        assert len([*await clinic.report(id), *await clinic.report(id, phase="check")]) == left


async def test_more_rows_than_a_spreadsheet_holds_end_the_import(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 4)
    id = await clinic.sent(a_file([a_row() for _ in range(4)]))
    await clinic.work_off()
    shown = await clinic.shown(id)
    assert (shown["state"], shown["problem"], shown["problem_row"]) == ("failed", "too_many_rows", 5)


async def _later(clinic: Clinic, hours: int) -> None:
    async with clinic.desk.database.work("system:test") as work:
        await work.run("update file_import set destroy_at = destroy_at - make_interval(hours => $1)", hours)


async def test_a_partner_keeps_a_few_files_at_once(clinic: Clinic) -> None:
    answers = [await clinic.send(PLAIN) for _ in range(21)]
    assert [one.status_code for one in answers] == [202] * 20 + [429]
    assert answers[-1].json()["code"] == "too_many_files"


async def test_a_mapping_is_kept_by_name_and_tells_what_is_wrong_with_it(clinic: Clinic) -> None:
    path = "/intake/v1/import-mappings/list"
    assert (await clinic.client.get(path)).json() == MAPPING
    wrong = {
        "/fields/phone": {"column": "Phone", "value": "x"},
        "/fields/email": {"colum": "Mail"},
        "/fields/notes": {"column": "Notes"},
    }
    for pointer, source in wrong.items():
        answer = await clinic.client.put(path, json={"fields": {pointer.rpartition("/")[2]: source}})
        assert answer.status_code == 422
        assert all(one["pointer"].startswith(pointer) for one in answer.json()["errors"])
    constant = await clinic.client.put(path, json={"fields": {"phone": {"value": "+12135550100"}}})
    assert (constant.status_code, "2135550100" in constant.text) == (422, False)
    assert (await clinic.client.put("/intake/v1/import-mappings/A b", json=MAPPING)).status_code == 422
    assert (await clinic.client.get(path)).json() == MAPPING
