"""The whole life of a `baton serve` process: signals, logs, traces, the loop, and the guard over all of it."""

import asyncio
from collections.abc import Sequence

import uvloop

from services.chassis.process.guard import Guard
from services.chassis.process.run import serve
from services.chassis.settings import Settings
from services.chassis.telemetry.logs import open_logs
from services.chassis.telemetry.traces import open_traces


def run_process(services: Sequence[str], roles: Sequence[str], settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Call it in the main thread, before any other thread exists.

    Raises:
        SettingsError, SecretsError, UnknownService, OSError: the start is impossible as told.
    """
    Guard.block_signals()
    logs = open_logs(level=settings.log_level)
    traces = open_traces("-".join(services) if len(services) == 1 else "all")
    guard = Guard()

    async def live() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        guard.start(lambda: loop.call_soon_threadsafe(stop.set))
        await serve(services, roles, settings, stop=stop, guard=guard)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(live())
    finally:
        traces.close()
        logs.close()
