"""A relay that kills itself with -9: `python -m tests.chassis.relay.crashing POINT KAFKA NAMESPACE URL`."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from contracts.streams import ALERTS
from services.chassis.database import Database
from services.chassis.relay import ship
from services.chassis.relay.mark import mark_sent
from services.chassis.relay.poll import Row
from services.chassis.relay.relay import Relay
from services.chassis.work import Work

POINTS = ("after send before mark", "inside mark")


async def main(point: str, kafka: str, namespace: str, url: str) -> None:
    async def dies(work: Work, owner: str, rows: Sequence[Row], blank: Sequence[str]) -> dict[int, int]:
        if point == "inside mark":
            await mark_sent(work, owner, rows, blank)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("alive")

    ship.mark_sent = dies  # type: ignore[attr-defined]
    database = Database.open(url, service="sla")
    await Relay(database, kafka, namespace, [ALERTS], lease_seconds=1.0).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
