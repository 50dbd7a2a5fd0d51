"""A ticker in a process of its own, which stands still inside `fire` until it is killed: `one_ticker URL`."""

import asyncio
import sys
from collections.abc import Sequence

from services.chassis.database import Database
from services.chassis.service import TimerKind
from services.chassis.timers import DueTimer
from services.chassis.timers.ticker import Ticker
from services.chassis.work import Work
from tests.chassis.timers.desk import lock_leads, note_fired


async def stand_still(work: Work, due: Sequence[DueTimer]) -> None:
    await note_fired(work, due)
    await work.run("set local idle_in_transaction_session_timeout = '2s'")
    print("inside", flush=True)
    await asyncio.sleep(3600)


async def main() -> None:
    database = Database.open(sys.argv[1], service="sla")
    await Ticker(database, [TimerKind("breach", lock_leads, stand_still)]).round()


if __name__ == "__main__":
    asyncio.run(main())
