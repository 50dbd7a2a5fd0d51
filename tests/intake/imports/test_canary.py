"""A column that is not mapped is nowhere: in no table, no fact, no log, no answer; and the file lies sealed only."""

from tests.chassis.telemetry.canary import Canary
from tests.intake.imports.clinic import IMPORTS, Clinic, a_file, a_row
from tests.intake.referrals.door import heard
from tests.intake.referrals.test_canary import dump, hits
from tests.place import Place

ENDS = ("", "/rows", "/rows.csv", "/rows?phase=check")


async def test_notes_and_details_lie_readable_nowhere(clinic: Clinic, import_place: Place) -> None:
    canary, notes = Canary.hatch(), Canary.hatch()
    rows = [
        a_row(First_name=canary.word, Last_name=canary.name, Record=f"X{canary.word}", Notes=notes.word + notes.mail),
        a_row(Born=canary.word, Notes=notes.name),
        a_row(Notes=f"{notes.word}\r\n{notes.phone}")[:6],
    ]
    planted = [canary.word, canary.name, notes.word, notes.name, notes.mail]
    with heard() as said:
        id = await clinic.imported(a_file(rows))
        answers = [
            await clinic.client.get(f"{IMPORTS}/{id}{end}") for end in ("", "/rows", "/rows.csv", "/rows?phase=check")
        ]
    assert [one["outcome"] for one in await clinic.report(id)] == ["accepted", "wrong", "wrong"]
    found = await dump(import_place) | {"log": said.getvalue().encode()}
    found |= {f"answer {n}": answer.content for n, answer in enumerate(answers)}
    assert hits(found, planted) == set()
    assert len(found["import_piece"]) > len(a_file(rows)), "the file is there, sealed"
    assert found["import_row"]


async def test_the_search_finds_what_is_planted(clinic: Clinic, import_place: Place) -> None:
    canary = Canary.hatch()
    id = await clinic.sent(a_file([a_row()]))
    async with clinic.desk.database.work("system:test") as work:
        await work.run("update file_import set problem = $2 where id = $1", id, canary.word)
    assert hits(await dump(import_place), [canary.word]) == {"file_import"}


async def test_an_odd_header_is_told_by_its_place(clinic: Clinic) -> None:
    header = ("Record", "First name", "Last name", "Born", "Phone", "Agreed on", "ada@wren.example")
    id = await clinic.sent(a_file([a_row()], header=header))
    assert (await clinic.shown(id))["not_read"] == ["column 7"]
