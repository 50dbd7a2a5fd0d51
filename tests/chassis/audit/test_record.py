"""Audit rows stand and fall with the act, and nobody takes one back."""

import json
from collections.abc import Callable

import asyncpg
import pytest

from services.chassis.audit import audit
from services.chassis.database import Database

Databases = Callable[[str], Database]


async def test_a_row_says_who_did_what_to_whom_within_which_scope(database_of: Databases) -> None:
    sla = database_of("sla")
    async with sla.work("staff:ines", scope="site/eastmere") as work:
        await audit(work, "alert_acknowledged", "alert:one", {"via": "link", "level": 1})
    async with sla.work("system:test") as work:
        columns = "actor, act, scope, detail::text, clock_timestamp() - at as age"
        row = await work.one(f"select {columns} from audit where subject = 'alert:one'")
    assert row is not None
    assert (row["actor"], row["act"], row["scope"]) == ("staff:ines", "alert_acknowledged", "site/eastmere")
    assert json.loads(row["detail"]) == {"via": "link", "level": 1}
    assert 0 <= row["age"].total_seconds() < 60


async def test_an_act_that_is_rolled_back_leaves_no_row(database_of: Databases) -> None:
    sla = database_of("sla")
    with pytest.raises(RuntimeError, match="undone"):
        async with sla.work("staff:ines") as work:
            await audit(work, "act", "alert:two")
            raise RuntimeError("undone")
    async with sla.work("system:test") as work:
        assert await work.value("select count(*) from audit where subject = 'alert:two'") == 0


@pytest.mark.parametrize("statement", ["update audit set actor = 'staff:otto'", "delete from audit", "truncate audit"])
async def test_a_service_can_add_but_not_change(database_of: Databases, statement: str) -> None:
    sla = database_of("sla")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with sla.work("system:test") as work:
            await work.run(statement)
