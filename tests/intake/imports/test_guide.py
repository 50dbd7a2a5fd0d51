"""docs/csv-import.md: its commands, run one after the other as a new partner would."""

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from services.chassis.auth.identity import Identity
from services.intake.access.storage.keys import issue_key
from services.intake.imports.rules.mapping import CsvField
from tests.intake.imports.clinic import Clinic

_GUIDE: Final = (Path(__file__).parents[3] / "docs" / "csv-import.md").read_text(encoding="utf-8")
_HERE: Final = {"openhand-alder-eastmere": "live", "alder-partner-language@3": "alder-words@5"}
"""The names of the sample network, as this test's network has them."""


def blocks(kind: str) -> list[str]:
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", _GUIDE, re.DOTALL)
    return found


async def curl(client: httpx.AsyncClient, command: str, known: dict[str, str]) -> httpx.Response:
    """What curl would send."""
    for name, value in known.items():
        command = command.replace(f"${name}", value)
    for name, value in _HERE.items():
        command = command.replace(name, value)
    words = iter(shlex.split(command))
    assert next(words) == "curl"
    method, url, headers, body = "GET", "", {}, b""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data-binary"):
            given = next(words)
            body = blocks("csv")[0].encode() if given == "@list.csv" else given.encode()
        else:
            url = word
    return await client.request(method, url, headers=headers, content=body)


async def test_the_guide_works_as_written(clinic: Clinic) -> None:
    owner, client = Identity("partner", "openhand"), await clinic.desk.doors.ask("intake", None)
    async with clinic.parts.database.work("system:operator") as work:
        key = await issue_key(work, clinic.parts.keys, owner, timedelta(hours=1))
    known, answers = {"KEY": key, "BATON": "http://baton"}, []
    for command in blocks("sh"):
        answer = await curl(client, command, known)
        over = "/cancel" in command  # the import of this walk has ended by then
        assert answer.status_code in ((409,) if over else (200, 202)), (command, answer.text)
        answers.append(answer)
        if answer.status_code == 202:
            known["IMPORT"] = answer.json()["id"]
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
    fields = _GUIDE.partition("\nFields: ")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", fields)) == {field.value for field in CsvField}
