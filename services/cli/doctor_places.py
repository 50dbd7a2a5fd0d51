"""Where something may be stuck, and what each service holds itself to."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from services.chassis.consume.parked import parked_keys
from services.chassis.consume.unreadable import noted
from services.chassis.outbox import waiting
from services.chassis.process.world import Serving
from services.chassis.service import Breach
from services.chassis.timers.ledger import Ledger, balance
from services.chassis.work import Work
from services.cli.doctor_laws import ACTOR, MOST, Verdict

Found = tuple[int, list[Breach]]
"""How many things were looked at, and what is wrong."""

Ask = Callable[[Work, str], Awaitable[Found]]

_HELD_TIMERS: Final = "select subject, kind from timer where held_at is not null order by held_at limit $1"
_PAUSED: Final = "select stream, since from reader where state = 'paused' order by stream"


async def places(world: Sequence[Serving]) -> list[Verdict]:
    """The same questions to every service, one verdict a question."""
    return [await _ask(law, ask, world) for law, ask in _QUESTIONS.items()]


async def own_laws(world: Sequence[Serving]) -> list[Verdict]:
    """Each service's own laws: one verdict for all that hold, one for each that does not."""
    verdicts = []
    for one in world:
        async with one.parts.database.work(ACTOR) as work:
            found = await one.service.census.breaches(work)
        of: dict[str, list[Breach]] = {}
        for breach in found:
            of.setdefault(breach.law, []).append(breach)
        verdicts += [Verdict(f"{one.name}: {law}", None, breaches) for law, breaches in of.items()]
        if not of:
            verdicts.append(Verdict(f"{one.name} keeps its own laws", None))
    return verdicts


async def _ask(law: str, ask: Ask, world: Sequence[Serving]) -> Verdict:
    checked, broken = 0, []
    for one in world:
        async with one.parts.database.work(ACTOR) as work:
            n, found = await ask(work, one.name)
        checked += n
        broken += [Breach(law, breach.key, breach.says) for breach in found]
    return Verdict(law, checked, broken)


async def _timers(work: Work, service: str) -> Found:
    ledgers = await balance(work)
    wrong = [Breach("", f"{service}, {kind}", _shown(one)) for kind, one in ledgers.items() if one.gap]
    return sum(one.created for one in ledgers.values()), wrong


def _shown(one: Ledger) -> str:
    return f"{one.created} created, {one.fired} fired, {one.cancelled} cancelled, {one.pending} pending"


async def _parked(work: Work, service: str) -> Found:
    keys = await parked_keys(work)
    flagged = await work.fetch(
        "select stream, key from reader_cursor as c where parked and not exists "
        "(select from parked as p where p.stream = c.stream and p.key = c.key) order by 1, 2"
    )
    found = [
        Breach("", f"{service}, {one.stream}, {one.key}", f"{one.facts} facts from {one.first} on: {one.why}")
        for one in keys
    ]
    found += [
        Breach("", f"{service}, {row['stream']}, {row['key']}", "is marked parked and has no facts") for row in flagged
    ]
    return int(await work.value("select count(*) from reader_cursor")), found


async def _held(work: Work, service: str) -> Found:
    found = [
        Breach("", f"{service}, {one.stream}, {one.key}", f"{one.facts} facts wait behind version {one.first}")
        for one in await waiting(work)
        if one.held
    ]
    return int(await work.value("select count(*) from head")), found


async def _held_timers(work: Work, service: str) -> Found:
    rows = await work.fetch(_HELD_TIMERS, MOST)
    found = [Breach("", f"{service}, {row['subject']}", f"its timer {row['kind']} is held") for row in rows]
    return int(await work.value("select count(*) from timer")), found


async def _unreadable(work: Work, service: str) -> Found:
    found = [
        Breach(
            "",
            f"{service}, {one.spot.topic}, {one.spot.partition}, {one.spot.offset}",
            f"nobody could read it: {one.error}",
        )
        for one in await noted(work)
    ]
    return int(await work.value("select coalesce(sum(next_offset), 0) from reader_position")), found


async def _paused(work: Work, service: str) -> Found:
    rows = await work.fetch(_PAUSED)
    found = [
        Breach("", f"{service}, {row['stream']}", f"is paused since {row['since']:%Y-%m-%d %H:%M:%S} UTC")
        for row in rows
    ]
    return int(await work.value("select count(*) from reader")), found


_QUESTIONS: Final[dict[str, Ask]] = {
    "timers: created = fired + cancelled + pending": _timers,
    "no key is parked": _parked,
    "no key is held in an outbox": _held,
    "no timer is held": _held_timers,
    "every record could be read": _unreadable,
    "no reader is paused": _paused,
}
