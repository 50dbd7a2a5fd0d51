"""A partner without a developer: a list, a mapping, and rows that are accepted by default."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any, Final

import httpx

from services.intake.imports.ticker.chores import chores
from services.intake.imports.ticker.rows import RowWork
from tests.intake.referrals.door import Desk

IMPORTS: Final = "/intake/v1/imports"
_NUMBERS: Final = count(1)

HEADER: Final = ("Record", "First name", "Last name", "Born", "Phone", "Agreed on", "Notes")

MAPPING: Final[dict[str, Any]] = {
    "fields": {
        "external_id": {"column": "Record"},
        "given_name": {"column": "First name"},
        "family_name": {"column": "Last name"},
        "birth_year": {"column": "Born"},
        "phone": {"column": "Phone"},
        "permission_given_at": {"column": "Agreed on"},
        "study": {"value": "alder"},
        "material": {"value": "alder-words@5"},
        "basis": {"value": "agreement_documented"},
        "language": {"value": "en"},
        "permission_channels": {"value": "phone may_leave_message"},
        "permission_wording": {"value": "eastmere-contact@2"},
    }
}


def a_row(**changes: str) -> list[str]:
    """Somebody nobody has heard of; cells by header, `_` for a space."""
    n = next(_NUMBERS)
    row = {
        "Record": f"CSV-{n}-A",
        "First name": "Ada",
        "Last name": "Wren",
        "Born": "1961",
        "Phone": f"+1 213 555 {n % 10_000:04}",
        "Agreed on": "2026-03-01",
        "Notes": "likes tea, and talks about it",
    }
    row |= {name.replace("_", " "): text for name, text in changes.items()}
    return list(row.values())


def a_file(
    rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, separator: str = ",", end: str = "\r\n"
) -> bytes:
    """As a spreadsheet writes it."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows([header, *rows])
    return out.getvalue().encode()


class Clinic:
    """Sends files, and runs what the ticker would."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient) -> None:
        self.desk = desk
        self.client = client
        self.keys = desk.vault_keys()
        self.parts = desk.doors.parts_of("intake")
        self.rows, self.files, self.reports = chores(self.parts, self.keys)

    async def close(self) -> None:
        await self.keys.close()

    async def send(self, content: bytes | AsyncIterator[bytes], **query: str) -> httpx.Response:
        """A file; on the route `live`, under the mapping `list`, unless said otherwise."""
        params = {"route": "live", "mapping": "list"} | query
        headers = {"content-type": "text/csv"}
        return await self.client.post(
            IMPORTS, params={k: v for k, v in params.items() if v}, content=content, headers=headers
        )

    async def sent(self, content: bytes | AsyncIterator[bytes], **query: str) -> str:
        """The id of a file that was taken."""
        answer = await self.send(content, **query)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def work_off(self, most: int = 1_000) -> int:
        """What the ticker does until there is nothing left; how many slices it took."""
        for slices in range(most):
            if not await self.rows.run(self.desk.database):
                return slices
        raise AssertionError("it never ends")

    async def started(self, id: str) -> dict[str, Any]:
        """Start a file that was checked; how it stands when all is done."""
        answer = await self.client.post(f"{IMPORTS}/{id}/start")
        assert answer.status_code == 200, answer.text
        await self.work_off()
        return await self.shown(id)

    async def imported(self, content: bytes, **query: str) -> str:
        """Sent, checked, started, done."""
        id = await self.sent(content, **query)
        await self.work_off()
        assert (await self.started(id))["state"] == "done"
        return id

    async def shown(self, id: str) -> dict[str, Any]:
        answer = await self.client.get(f"{IMPORTS}/{id}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def report(self, id: str, **query: str) -> list[dict[str, Any]]:
        """Every row, page after page."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            answer = await self.client.get(f"{IMPORTS}/{id}/rows", params=query | {"after": str(after)})
            assert answer.status_code == 200, answer.text
            found += answer.json()["rows"]
            after = answer.json().get("after")
        return found

    def another_ticker(self) -> RowWork:
        """As another process would have it."""
        return RowWork(self.parts, self.keys)
