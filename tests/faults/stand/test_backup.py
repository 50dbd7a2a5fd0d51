"""A schema that is put back is the copy, its service gets in as before, and what was lost is kept for the judge."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.chassis.database import Database
from tests.faults.stand.backup import ProgramFailed, copy_schema, put_back
from tests.place import Place


async def opened(place: Place, partner: str) -> list[str]:
    """Write a lead as the service itself; the partners of all leads it sees then."""
    database = Database.open(place.url("sla"), service="sla")
    columns = "(id, study, site, partner, is_test, attempted, closed, duplicate, version)"
    values = "(gen_random_uuid(), 'alder', 'eastmere', $1, false, false, false, false, 1)"
    try:
        async with database.work("system:test") as work:
            await work.run(f"insert into lead {columns} values {values}", partner)
            return [row["partner"] for row in await work.fetch("select partner from lead order by partner")]
    finally:
        await database.close()


async def kept(place: Place, schema: str) -> list[Any]:
    admin = await asyncpg.connect(place.administrator.replace("+asyncpg", ""))
    try:
        return [row["partner"] for row in await admin.fetch(f'select partner from "{schema}".lead order by partner')]
    finally:
        await admin.close()


async def test_a_schema_is_set_back_to_its_copy(fresh_place: Place, tmp_path: Path) -> None:
    assert await opened(fresh_place, "quarrel") == ["quarrel"]
    await copy_schema(fresh_place.administrator, "sla", tmp_path / "copy")
    assert await opened(fresh_place, "riverside") == ["quarrel", "riverside"]
    await put_back(fresh_place.administrator, "sla", tmp_path / "copy")
    assert await opened(fresh_place, "tallow") == ["quarrel", "tallow"]
    assert await kept(fresh_place, "before") == ["quarrel", "riverside"]
    assert await kept(fresh_place, "copied") == ["quarrel"]


async def test_a_copy_that_cannot_be_made_is_an_error_in_postgresqls_words(fresh_place: Place, tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="no matching schemas"):
        await copy_schema(fresh_place.administrator, "nobody", tmp_path / "copy")
