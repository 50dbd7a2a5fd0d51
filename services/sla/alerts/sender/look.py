"""The last look before letters go: those that ask while one look is under way share the next."""

import asyncio

from services.chassis.database import Database
from services.chassis.strays import no_strays
from services.sla.channels.storage import Key, still_due


class LastLook:
    """Whether a letter is still to be sent, as of a moment after it was asked for (P9)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[tuple[Key, asyncio.Future[bool]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def is_due(self, key: Key) -> bool:
        """Raises what the database does."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked.append((key, answer))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await answer

    async def _look(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, []
                await self._answer(asked)
        finally:
            self._looking = None

    async def _answer(self, asked: list[tuple[Key, asyncio.Future[bool]]]) -> None:
        error, due = None, frozenset[Key]()
        try:
            with no_strays():
                async with self._database.work(f"system:{self._database.service}") as work:
                    due = await still_due(work, [key for key, _ in asked])
        except Exception as raised:
            error = raised
        for key, answer in asked:
            if answer.done():  # who asked has lost patience
                continue
            if error is None:
                answer.set_result(key in due)
            else:
                answer.set_exception(error)
