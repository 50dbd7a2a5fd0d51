"""`serve`: some roles of some services in one event loop, from the first port to the last connection."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from services.chassis.http.admin import admin_app
from services.chassis.http.app import service_app
from services.chassis.http.dispatch import all_apps
from services.chassis.http.server import serve_http
from services.chassis.pages.static import static_app
from services.chassis.process.drain import FINISH, RELAY, cancel_all, wait_out
from services.chassis.process.duties import duties_of
from services.chassis.process.guard import Guard
from services.chassis.process.keeper import Keeper
from services.chassis.process.probes import Probe, kafka_probe, postgres_probe, topics_probe
from services.chassis.process.ready import API, unready, wrong_parts
from services.chassis.process.world import Serving, build_all, close_all, open_all
from services.chassis.settings import Address, Settings
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger

ROLES: Final = ("api", "consume", "relay", "tick", "send")
"""Start order is api first (it accepts, whatever is away), then readers, tickers and senders, then the relay."""

_GARBAGE: Final = (10_000, 20, 50)
"""Objects made before the youngest are looked through; rounds before the older, and the oldest, are."""

log = get_logger("process")

Stop = Callable[[], Awaitable[None]]


async def serve(
    services: Sequence[str], roles: Sequence[str], settings: Settings, *, stop: asyncio.Event, guard: Guard
) -> None:
    """Run these roles of these services until `stop` is set; then end in order, within 18 s.

    Raises:
        SettingsError, SecretsError, UnknownService, OSError: the start is impossible as told.
    """
    process = Process(services, roles, settings, guard)
    _keep_for_good()
    try:
        await process.start(stop)
        await stop.wait()
    finally:
        stop.set()
        guard.ending()
        await process.end()


class Process:
    """One running process: its doors and the keepers of its loops."""

    def __init__(self, services: Sequence[str], roles: Sequence[str], settings: Settings, guard: Guard) -> None:
        self._roles = tuple(role for role in ROLES if role in roles)
        self._settings = settings
        self._guard = guard
        self._world = build_all(services, settings, roles if len(roles) < len(ROLES) else ())
        self._keepers = [keeper for serving in self._world for keeper in self._keepers_of(serving)]
        self._tasks: dict[Keeper, asyncio.Task[None]] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._doors: list[Stop] = []
        self._api_serves = False
        self._relay_stop = asyncio.Event()

    async def start(self, stop: asyncio.Event) -> None:
        """Open the doors, then start the loops; nothing here waits for Kafka or PostgreSQL."""
        self._ticking = asyncio.create_task(self._tick(), name="process.tick")
        admin = admin_app(live=dict, ready=self._unready, metrics=metrics.render)
        await self._open("the admin door is open", admin, self._settings.admin_address)
        await open_all(self._world)
        if API in self._roles:
            app = all_apps([static_app(), *(service_app(serving.service, serving.parts) for serving in self._world)])
            await self._open("the http door is open", app, self._settings.http_address)
            self._api_serves = True
        for keeper in self._keepers:
            own_stop = self._relay_stop if keeper.duty.role == "relay" else stop
            self._tasks[keeper] = asyncio.create_task(keeper.run(own_stop), name=f"keeper.{keeper.duty.name}")
        log.info("all roles are started", count=len(self._tasks))

    async def end(self) -> None:
        """Doors and loops first, the relay after them, then what they stood on. Ends the process if something hangs."""
        log.info("ending")
        admin, *doors = self._doors or [_nothing]
        relays = [task for keeper, task in self._tasks.items() if keeper.duty.role == "relay"]
        others = [task for task in self._tasks.values() if task not in relays]
        await asyncio.gather(wait_out(others, FINISH), *(door() for door in doors))
        self._relay_stop.set()
        await wait_out(relays, RELAY)
        stuck = await cancel_all([*self._tasks.values(), *([self._ticking] if self._ticking else [])])
        await close_all(self._world)
        if stuck:
            self._guard.end("a_loop_would_not_end", 1)
        await admin()
        log.info("ended")

    async def _open(self, event: str, app: "object", address: Address) -> None:
        port, close = await serve_http(app, address.host, address.port)  # type: ignore[arg-type]
        self._doors.append(close)
        log.info(event, server=f"{address.host}:{port}")

    def _keepers_of(self, serving: Serving) -> list[Keeper]:
        probes: dict[str, Probe] = {"postgres": postgres_probe(serving.url)}
        if (kafka := self._settings.kafka) is not None:
            probes |= {"kafka": kafka_probe(kafka), "topics": topics_probe(kafka, self._settings.namespace)}
        duties = [duty for role in self._roles if role != API for duty in duties_of(serving, role, self._settings)]
        return [Keeper(duty, probes, give_up=self._guard.end) for duty in duties]

    def _unready(self) -> dict[str, str]:
        states = [(keeper.duty.service, keeper.duty.role, keeper.wrong()) for keeper in self._keepers]
        return unready(self._roles, wrong_parts(states), api_serves=self._api_serves)

    async def _tick(self) -> None:
        while True:
            self._guard.tick()
            for role in self._roles:
                ages = [keeper.silent_for() for keeper in self._keepers if keeper.duty.role == role]
                metrics.PROGRESS_AGE.set(max(ages, default=0.0), role=role)
            await asyncio.sleep(1)


async def _nothing() -> None:
    return None


def _keep_for_good() -> None:
    """What the code itself takes (modules, models, routes) is never garbage: looking through it again and again stopped
    the loop for 150 ms each time, and the latency aim is 25.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
