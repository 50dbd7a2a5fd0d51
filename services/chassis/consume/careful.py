"""After a permanent error: the poll again, each key in its own transaction, so that only the failing one is parked."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from services.chassis.consume import cursors, parked, tell
from services.chassis.consume.apply import apply, carry_out
from services.chassis.consume.decode import Item
from services.chassis.consume.plan import Plan, plan
from services.chassis.consume.position import ReaderPaused
from services.chassis.consume.rules import Verdict, Why, judge
from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.service import Reads
from services.chassis.work import Work


class Careful:
    """Applies items of one stream key by key. Transient errors come out; permanent ones end in a parked key."""

    def __init__(self, database: Database, reads: Reads) -> None:
        self._database = database
        self._reads = reads
        self._actor = f"system:{database.service}"
        self.paused = False
        """parking somebody has paused the reader"""

    async def key_by_key(self, items: Sequence[Item], adopts: Set[int] = frozenset()) -> None:
        """Each key of these items, in the order they came."""
        for key in dict.fromkeys(item.key for item in items):
            await self.one_key([item for item in items if item.key == key], adopts)
            if self.paused:
                raise ReaderPaused(self._reads.stream.name)

    async def one_key(self, items: Sequence[Item], adopts: Set[int] = frozenset()) -> None:
        """One key's items together; if that fails for good, one after the other, then what was parked behind them."""
        if await self._tried(items, adopts, drain=True) is None:
            return
        for item in items:
            error = await self._tried([item], adopts, drain=False)
            if error is not None:
                await self._park(item, error, adopts)
        await self.drain(items[0].key)

    async def drain(self, key: str, *, again: bool = False, bodies: Mapping[int, bytes] | None = None) -> int:
        """Apply the parked facts of a key one by one until one is missing or fails; how many were applied.

        `again`: what failed before is decoded anew and tried again (`baton parked retry`). `bodies`: by version, those
        this service may not keep.
        """
        applied = 0
        while await self._drain_one(key, again, bodies or {}):
            applied += 1
        return applied

    async def _drain_one(self, key: str, again: bool, bodies: Mapping[int, bytes]) -> bool:
        tried: list[Item] = []

        async def step(work: Work) -> bool:
            tried.clear()
            made = await next_parked(work, self._reads, key, again=again, bodies=bodies)
            if made is None:
                return False
            tried.extend(made.due)
            await carry_out(work, self._reads, made)
            return key in made.cursors

        try:
            return await self._database.run(step, actor=self._actor)
        except Exception as error:
            if is_transient(error) or not tried:
                raise
            await self._mark(tried[0], error)
            return False

    async def _tried(self, items: Sequence[Item], adopts: Set[int], *, drain: bool) -> Exception | None:
        """The permanent error this meets, or None when it was done."""

        async def together(work: Work) -> Plan:
            return await apply(work, self._reads, items, adopts=adopts, drain=drain)

        try:
            made = await self._database.run(together, actor=self._actor)
        except Exception as error:
            if is_transient(error):
                raise
            return error
        self.paused |= made.paused
        return None

    async def _park(self, item: Item, error: Exception, adopts: Set[int]) -> None:
        """Park the one that fails; where even that fails in a room's hook, without the hook."""
        failed = item if item.wrong else replace(item, wrong=Why.HANDLER, error=type(error).__name__)
        problem = await self._tried([failed], adopts, drain=False)
        if problem is None:
            return

        async def without_hooks(work: Work) -> Plan:
            return await apply(work, self._reads, [failed], adopts=adopts, drain=False, hooks=False)

        made = await self._database.run(without_hooks, actor=self._actor)
        self.paused |= made.paused
        tell.hook_failed(self._database.service, self._reads.stream.name, item, problem)

    async def _mark(self, item: Item, error: Exception) -> None:
        """A parked fact fails, again or for the first time: it blocks its key and counts an attempt."""
        failed = replace(item, wrong=Why.HANDLER, error=type(error).__name__)

        async def mark(work: Work) -> None:
            cursor = (await cursors.lock(work, self._reads.stream.name, [item.key]))[item.key]
            if cursor.version < item.version:  # else another owner has applied it meanwhile
                await carry_out(work, self._reads, Plan(park=[failed]), hooks=False)

        await self._database.run(mark, actor=self._actor)


async def next_parked(work: Work, reads: Reads, key: str, *, again: bool, bodies: Mapping[int, bytes]) -> Plan | None:
    """Judge the next parked fact of a key as if it had just come; None when nothing can be applied."""
    stream = reads.stream
    cursor = (await cursors.lock(work, stream.name, [key]))[key]
    rows = await (parked.afresh(work, stream, key, bodies) if again else parked.of_key(work, stream, key))
    following = rows[min(rows)] if rows else None
    if following is None or judge(cursor, following.version, following.head.id, order=stream.order) is not Verdict.DUE:
        return None
    if following.wrong:
        return Plan(park=[following]) if again else None
    rest = {version: item for version, item in rows.items() if version != following.version}
    made = plan([following], {key: cursor}, {key: rest}, order=stream.order, drain=False)
    made.unpark.append((key, following.version))
    return made
