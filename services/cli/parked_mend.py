"""What the repairing verbs of `baton parked` and `baton unreadable` do, through the service's own handlers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from services.chassis.consume.mend import Mended, Mending, NothingParked, StillMissing
from services.chassis.consume.parked import parked_keys
from services.chassis.consume.pause import resume
from services.chassis.database import Database
from services.chassis.process.world import Serving, build_all, close_all
from services.chassis.service import Reads
from services.chassis.timers import hold_timers
from services.cli.errors import Fault
from services.cli.here import settings_here
from services.cli.names import chosen
from services.cli.places import database_of, stream_named

_STILL_PARKED = "select exists (select from reader_cursor where key = $1 and parked)"


@asynccontextmanager
async def mending(service: str, stream: str) -> AsyncIterator[Mending]:
    """The repairs of one reader; a key that is not parked is the user's mistake."""
    async with built(service) as serving:
        try:
            yield mending_of(serving, reads_of(serving, stream))
        except NothingParked as error:
            raise Fault(f"nothing is parked there: {error}") from None
        except StillMissing as error:
            raise Fault(f"{error}; `baton parked adopt` gives up what never comes") from None


@asynccontextmanager
async def built(service: str) -> AsyncIterator[Serving]:
    """The service as `baton serve` builds it, without its roles."""
    [name] = chosen([service])
    [serving] = build_all([name], settings_here())
    try:
        yield serving
    finally:
        await close_all([serving])


def reads_of(serving: Serving, stream: str) -> Reads:
    """The service's reader of this stream; raises `Fault` when it does not hear it."""
    wanted = stream_named(stream)
    for reads in serving.service.reads:
        if reads.stream == wanted:
            return reads
    raise Fault(f"{serving.name} does not read {stream}; it is read by {', '.join(wanted.read_by)}")


def mending_of(serving: Serving, reads: Reads) -> Mending:
    """Repairs of this reader."""
    return Mending(serving.parts.database, reads, kafka=serving.parts.settings.bootstrap())


async def retry_keys(service: str, stream: str, key: str | None, say: Callable[[str, Mended], None]) -> None:
    """Retry one key, or every parked key of the stream; then lift the hold of timers that failed."""
    async with built(service) as serving:
        database, reads = serving.parts.database, reads_of(serving, stream)
        mend = mending_of(serving, reads)
        for one in [key] if key else await _parked(database, reads.stream.name):
            try:
                say(one, await mend.retry(one))
            except NothingParked:
                if not await _release(database, one):
                    raise Fault(f"{one} is not parked there, and no timer of it is held") from None
                say(one, Mended(0, 0))
            else:
                await _release(database, one)


async def resume_reader(service: str, stream: str) -> bool:
    """Let a paused reader go on; False when it was not paused."""
    [name], wanted = chosen([service]), stream_named(stream)
    async with database_of(name, settings_here()) as database, database.work("system:operator") as work:
        return await resume(work, wanted.name)


async def _parked(database: Database, stream: str) -> list[str]:
    async with database.work("system:operator") as work:
        return [one.key for one in await parked_keys(work, stream)]


async def _release(database: Database, key: str) -> bool:
    """Let this lead's held timers go on, unless another reader still has it parked; whether there were any."""
    try:
        subject = UUID(key)
    except ValueError:
        return False
    async with database.work("system:operator") as work:
        if await work.value(_STILL_PARKED, key):
            return False
        held = await work.value("select exists (select from timer where subject = $1 and held_at is not null)", subject)
        await hold_timers(work, [subject], False)
        return bool(held)
