"""A part away for a minute, and for ten, under 20 referrals a second: what comes in meanwhile, and how soon it is gone.

The backlog of facts, and that of letters, has to be gone in less time than the outage lasted (P12), every process
has to end within 20 s of a SIGTERM in the middle of it (P14), and intake's api, restarted in the middle, has to accept
while Kafka is away. The clocks of a run are short: nearly each lead that came in meanwhile is late and has its letters.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.profiles.mixed import Drive, Load, Patience, fresh, run
from tests.faults.profiles.results import Results
from tests.faults.schedule.recovery import CALM_BACKLOG
from tests.faults.schedule.run import Summary
from tests.faults.schedule.servers import Away, Servers
from tests.faults.schedule.standing import standing
from tests.faults.stand.layout import Layout
from tests.faults.stand.servers import Server
from tests.faults.stand.stand import Stand

LOAD: Final = Load(0, 20)
BEFORE: Final = 60.0
"""Seconds of ordinary traffic; in the second half of them deadlines have begun to pass."""
AFTER: Final = 10.0
SIGTERM_WITHIN: Final = 20.0


@dataclass(frozen=True)
class Outage:
    """`part` away for `seconds`, by `how`: killed, frozen, or its link cut."""

    part: str
    how: str
    seconds: float

    @property
    def name(self) -> str:
        """For the result file."""
        return f"{self.part} {self.how} {self.seconds:.0f} s"


OUTAGES: Final = (
    Outage("kafka", "killed", 60),
    Outage("kafka", "frozen", 60),
    Outage("postgres", "killed", 60),
    Outage("postgres", "frozen", 60),
    Outage("mailbox", "killed", 60),
    Outage("kafka", "killed", 600),
    Outage("kafka", "frozen", 600),
)


async def outages(seed: int, folder: Path, results: Results) -> None:
    """Every outage that has no line in `results` yet."""
    for outage in OUTAGES:
        if not results.has(outage.name):
            print(outage.name, flush=True)
            layout = Layout(fresh(folder, outage.name.replace(" ", "-")), seed, forked=True)
            patience = Patience(rest=max(200.0, outage.seconds), replay=300)
            verdict = await run(layout, LOAD, _driven(outage), patience)
            seen = verdict["faults"]
            late = {role: s for role, s in seen["sigterm"].items() if s > SIGTERM_WITHIN}
            soon = all(seen[f"{what}_drained"] < outage.seconds for what in ("facts", "letters"))
            held = soon and not late and verdict["code"] == 0
            results.add(outage.name, held=held, **verdict)


def _driven(outage: Outage) -> Drive:
    async def drive(running: Stand) -> Summary:
        usual = await _usual(running)
        seen: Summary = {"usual": usual}
        began = time.monotonic()
        await running.faults.write("fault", fault=1, kind=outage.name, told={"part": outage.part, "how": outage.how})
        await _away(running, outage)
        await asyncio.sleep(outage.seconds * 0.3)
        ended = await asyncio.gather(*(role.terminate() for role in running.roles.values()))
        seen["sigterm"] = dict(zip(running.roles, (round(seconds, 1) for seconds in ended), strict=True))
        for role in running.roles.values():  # intake's api among them: it starts again while the part is away
            await role.start()
        await asyncio.sleep(max(0.0, outage.seconds - (time.monotonic() - began)))
        seen["away"] = round(time.monotonic() - began, 1)
        await _back(running, outage)
        await running.faults.write("healed", fault=1)
        seen |= await _drained(running, usual, max(300.0, 3 * outage.seconds))
        await asyncio.sleep(AFTER)
        return seen

    return drive


async def _usual(running: Stand) -> dict[str, int]:
    """The most of each that ordinary traffic has under way."""
    most = {"facts": CALM_BACKLOG, "letters": 0}
    began = time.monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(BEFORE), aclosing(_looks(running, "before")) as looks:
            async for waits in looks:
                if time.monotonic() - began > BEFORE / 2:
                    most = {what: max(most[what], count) for what, count in waits.items()}
    return most


async def _drained(running: Stand, usual: Mapping[str, int], within: float) -> dict[str, float]:
    """Seconds from now until no more than usual of each was waiting, for the first time; `within` where never."""
    began, took = time.monotonic(), dict.fromkeys(usual, within)
    with suppress(TimeoutError):
        async with asyncio.timeout(within), aclosing(_looks(running, "drain")) as looks:
            async for waits in looks:
                now = round(time.monotonic() - began, 1)
                for what, count in waits.items():  # facts first: of what is unread there will be letters
                    if count <= usual[what] and (what == "facts" or took["facts"] <= now):
                        took[what] = min(took[what], now)
                if max(took.values()) <= now:
                    break
    return {f"{what}_drained": seconds for what, seconds in took.items()}


async def _looks(running: Stand, what: str) -> AsyncGenerator[dict[str, int]]:
    """How many facts and letters wait, four times a second; each look is written down, by service."""
    async with Servers(running.world) as servers:
        while True:
            with suppress(Away):
                now = await standing(servers)
                told = {service: one.told for service, one in now.waiting.items()}
                waits = {"facts": now.backlog, "letters": now.waiting["sla"].mail}
                await running.faults.write(what, **waits, waiting=told)
                yield waits
            await asyncio.sleep(0.25)


async def _away(running: Stand, outage: Outage) -> None:
    part = _part(running, outage)
    await (part.freeze() if outage.how == "frozen" else part.kill())


async def _back(running: Stand, outage: Outage) -> None:
    part = _part(running, outage)
    await (part.thaw() if outage.how == "frozen" else part.start())


def _part(running: Stand, outage: Outage) -> Server:
    return {"kafka": running.kafka, "postgres": running.postgres, "mailbox": running.mailbox}[outage.part]
