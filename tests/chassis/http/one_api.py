"""An api in a process of its own that is frozen inside its transaction: `one_api URL FOLDER`. Prints its answer."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx

from services.chassis.auth.signing import TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.http.app import service_app
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.service import Parts
from services.chassis.settings import Settings
from tests.chassis.http.harbour import a_service


async def rename(call: Call[None]) -> Answer:
    """Holds the row's lock when everything stops; the real guard is 10 s, here one, so that the test is short."""
    await call.work.run("set local idle_in_transaction_session_timeout = '1s'")
    await call.work.run("update boat set name = 'Frozen'")
    print("inside", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    await call.work.run("update boat set version = version + 1")
    return Answer(204)


async def main(url: str, folder: Path) -> None:
    database = Database.open(url, service="harbour", pool_size=1)
    parts = Parts(Settings(), database, KeyRing.open(folder, create=True), TokenReader(folder / "public"))
    route = Route("POST", "/harbour/v1/rename", rename, frozenset(), "nobody's", "Rename", public=True, sees="*")
    transport = httpx.ASGITransport(service_app(a_service(routes=(route,)), parts).asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://harbour") as client:
        answer = await client.post("/harbour/v1/rename")
    print(answer.status_code, flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
