"""`baton audit`: a whole log verifies with 0, a changed one ends with 1 and the row; a list shows acts, not people."""

import asyncio
from pathlib import Path

import asyncpg

from services.chassis.audit import audit
from services.chassis.audit.sealer import Sealer
from services.chassis.database import Database
from services.chassis.work import Work
from tests.chassis.audit.conftest import plain
from tests.cli.conftest import Baton, InWork
from tests.place import Place


def sealed(place: Place, keys: Path) -> None:
    async def run() -> None:
        database = Database.open(place.url("sla"), service="sla")
        await Sealer(database, keys, keys / "audit").round()
        await database.close()

    asyncio.run(run())


def as_administrator(place: Place, statement: str) -> None:
    async def run() -> None:
        admin = await asyncpg.connect(plain(place.administrator), server_settings={"search_path": "sla"})
        await admin.execute(statement)
        await admin.close()

    asyncio.run(run())


def test_a_log_is_verified_listed_and_found_changed(
    baton: Baton, in_work: InWork, fresh_place: Place, tmp_path: Path
) -> None:
    async def acts(work: Work) -> None:
        for n in range(3):
            await audit(work, "alert_seen", f"alert:{n}", {"level": n})

    in_work("sla", acts)
    sealed(fresh_place, tmp_path / "home" / "keys")
    whole = baton("audit", "verify")
    assert whole.exit_code == 0, whole.output
    assert "sla: 3 rows sealed, 0 waiting, anchored to 3" in whole.output
    listed = baton("audit", "list", "sla", "--act", "alert_seen", "--limit", "2").output
    assert [line.split()[3:7] for line in listed.splitlines()[1:]] == [
        ["2", "system:test", "alert_seen", "alert:1"],
        ["3", "system:test", "alert_seen", "alert:2"],
    ]
    assert "audit_listed" in baton("audit", "list", "sla").output
    as_administrator(fresh_place, "update audit set actor = 'staff:otto' where subject = 'alert:1'")
    changed = baton("audit", "verify", "sla")
    assert changed.exit_code == 1
    assert "sla: row 2 (" in changed.output
    assert "was changed" in changed.output
