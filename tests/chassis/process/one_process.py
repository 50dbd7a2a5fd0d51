"""A whole `baton serve` process around a small service of the tests' own, in the place of sla: `one_process ROLE..`."""

import sys
import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any
from uuid import UUID

from contracts.envelope import Fact
from contracts.streams import LEADS
from services.chassis.auth.identity import Identity
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.process.main import run_process
from services.chassis.sender import Sent
from services.chassis.service import Breach, Census, Parts, Reads, Sends, Service, Sweep, TimerKind
from services.chassis.settings import Settings
from services.chassis.timers import DueTimer
from services.chassis.work import Work


async def nobody(work: Work, identity: Identity) -> str:
    return ""


async def lawful(work: Work) -> list[Breach]:
    return []


async def heard(work: Work, facts: Sequence[Fact[Any]]) -> None:
    return


async def lock(work: Work, subjects: Sequence[UUID]) -> set[UUID]:
    return set(subjects)


async def fire(work: Work, due: Sequence[DueTimer]) -> None:
    return


async def claim(work: Work, most: int) -> list[int]:
    return []


async def send(item: int) -> Sent:
    return Sent(True, "sent")


async def mark(work: Work, tried: Sequence[tuple[int, Sent]]) -> None:
    return


async def sweep(work: Work) -> int:
    return int(await work.value("select 0"))


async def now(call: Call[Any]) -> Answer:
    return Answer(200, body={"at": str(await call.work.value("select baton_now()"))})


async def block(call: Call[Any]) -> Answer:
    time.sleep(3600)  # noqa: ASYNC251 - the fault under test
    return Answer()


def public(path: str, run: Any) -> Route:
    return Route("GET", f"/sla/v1/{path}", run, frozenset(), "nobody's", "For tests.", public=True)


def build(parts: Parts) -> Service:
    return Service(
        name="sla",
        prefixes=("/sla",),
        routes=(public("now", now), public("block", block)),
        scope_of=nobody,
        census=Census(lawful),
        reads=(Reads(LEADS, (heard,)),),
        timers=(TimerKind("free", lock, fire), TimerKind("waits", lock, fire, waits_for=LEADS)),
        sweeps=(Sweep("one", 1.0, sweep),),
        sends=(Sends("post", claim, send, mark),),
    )


if __name__ == "__main__":
    app = ModuleType("services.sla.app")
    app.build = build  # type: ignore[attr-defined]
    sys.modules["services.sla.app"] = app
    run_process(["sla"], sys.argv[1:], Settings.load())
