"""What this room does in the tick role."""

from services.chassis.database import Database
from services.chassis.service import Chore, Parts
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.imports.storage import ended
from services.intake.imports.ticker.rows import RowWork

_REPORTS = 5_000


def chores(parts: Parts, keys: VaultKeys) -> tuple[Chore, ...]:
    """Rows, files whose time is over, and old reports."""

    async def take_away(database: Database) -> int:
        return await destroy_files(database, keys)

    return (
        Chore("import_rows", 1.0, RowWork(parts, keys).bit),
        Chore("import_files", 5.0, take_away),
        Chore("import_reports", 3600.0, forget_reports),
    )


async def destroy_files(database: Database, keys: VaultKeys) -> int:
    """Destroy the keys of files that are not to be kept, then their pieces; how many.

    A crash in between leaves pieces nobody can open, and the same import due again.
    """
    async with database.work("system:intake") as work:
        due = await ended.due(work)
    for id, key_id in due:
        await keys.destroy(key_id)
        async with database.work("system:intake") as work:
            await ended.destroyed(work, id)
    return len(due)


async def forget_reports(database: Database) -> int:
    """A slice of the rows of old reports."""
    async with database.work("system:intake") as work:
        return await ended.forget_reports(work, _REPORTS)
