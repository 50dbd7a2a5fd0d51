"""A sealer without a pause, to be killed: `python -m tests.chassis.audit.sealing <url> <keys> <anchors>`."""

import asyncio
import sys
from pathlib import Path

from services.chassis.audit.sealer import Sealer
from services.chassis.database import Database
from tests.chassis.audit.conftest import SERVICE


async def main(url: str, keys: str, anchors: str) -> None:
    sealer = Sealer(Database.open(url, service=SERVICE), Path(keys), Path(anchors))
    while True:
        await sealer.round()


asyncio.run(main(*sys.argv[1:]))
