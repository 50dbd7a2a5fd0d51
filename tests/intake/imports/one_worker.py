"""A ticker in a process of its own: one slice of 50 rows, then it stands still in the second, its rows written and
nothing committed, until it is killed: `one_worker URL KEYS NAMESPACE`.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from services.chassis.auth.signing import TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.service import Parts
from services.chassis.settings import Settings
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.imports.storage import files
from services.intake.imports.ticker import rows


async def main() -> None:
    url, keys_dir, namespace = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    ring = KeyRing.open(keys_dir, create=False)
    settings = Settings(keys_dir=keys_dir, namespace=namespace)
    parts = Parts(settings, Database.open(url, service="intake"), ring, TokenReader(keys_dir / "public"))
    rows.SLICE = 50  # type: ignore[misc]
    worker, honest = rows.RowWork(parts, VaultKeys(keys_dir, ring)), files.advance
    await worker.bit(parts.database)

    async def advance(*args: Any) -> None:
        await honest(*args)
        print("inside", flush=True)
        await asyncio.sleep(3600)

    files.advance = advance  # type: ignore[assignment]
    await worker.bit(parts.database)


if __name__ == "__main__":
    asyncio.run(main())
