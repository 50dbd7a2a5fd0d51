"""docs/csv-import.md: its commands, run one after the other as a new partner would."""

import re
from datetime import timedelta
from typing import Any, Final

import httpx

from services.chassis.auth.identity import Identity
from services.intake.access.storage.keys import issue_key
from services.intake.imports.rules.mapping import CsvField
from tests.guides import blocks, curl
from tests.house.tree import root
from tests.intake.imports.clinic import Clinic

_PAGE: Final = "csv-import.md"
_HERE: Final = {"openhand-alder-eastmere": "live", "alder-partner@3": "alder-words@5"}
"""The names of the sample network, as this test's network has them."""


async def test_the_guide_works_as_written(clinic: Clinic) -> None:
    owner, client = Identity("partner", "openhand"), await clinic.desk.doors.ask("intake", None)
    async with clinic.parts.database.work("system:operator") as work:
        key = await issue_key(work, clinic.parts.keys, owner, timedelta(hours=1))
    known, answers = {"$KEY": key, "$BATON": "http://baton", **_HERE}, []
    files = {"list.csv": blocks(_PAGE, "csv")[0]}
    for command in blocks(_PAGE, "sh"):
        answer = await curl(client, command, known, files)
        over = "/cancel" in command  # the import of this walk has ended by then
        assert answer.status_code in ((409,) if over else (200, 202)), (command, answer.text)
        answers.append(answer)
        if answer.status_code == 202:
            known["$IMPORT"] = answer.json()["id"]
        await clinic.work_off()
    _told(answers)


def _told(answers: list[httpx.Response]) -> None:
    said: list[Any] = [answer.json() if "json" in answer.headers["content-type"] else answer.text for answer in answers]
    checked, wrong, report, table = said[2], said[3], said[5], said[6]
    assert (checked["state"], checked["not_read"], checked["dry_run"]["accepted"]) == ("checked", ["Notes"], 2)
    assert [(one["row"], one["errors"][0]["field"]) for one in wrong["rows"]] == [
        (3, "phone"), (4, "permission_given_at"), (5, "birth_year"),
    ]  # fmt: skip
    assert [one["row"] for one in report["rows"] if one["outcome"] == "accepted"] == [2, 6]
    assert len(table.splitlines()) == 6
    assert said[-1]["state"] == "done"


def test_the_guide_names_every_field() -> None:
    guide = (root() / "docs" / _PAGE).read_text(encoding="utf-8")
    fields = guide.partition("\nFields: ")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", fields)) == {field.value for field in CsvField}
