"""Points of timers, of the sender, of the HTTP door and of a migration."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection

from services.chassis import migrate, migrations_kit, sender
from services.chassis.auth.gate import Claim
from services.chassis.http.asked import Asked
from services.chassis.http.endpoint import Endpoint
from services.chassis.http.idempotency import Stored
from services.chassis.http.together import Company, Outcome
from services.chassis.sender import Sent
from services.chassis.timers import ticker
from services.chassis.timers.allowance import Allowance
from services.chassis.timers.due import DueTimer
from services.chassis.work import Work
from tests.faults.patched.patching import patch
from tests.faults.patched.points.point import Passage, Point
from tests.faults.patched.points.writers import in_hand

if TYPE_CHECKING:
    import asyncio

    from services.chassis.service import TimerKind

_MOST: Final = 40


def _after_look_before_lock(passage: Passage) -> None:
    original = ticker.Ticker._fire

    async def _fire(
        self: ticker.Ticker, work: Work, kind: "TimerKind", due: Sequence[DueTimer], allowance: Allowance
    ) -> int:
        passage(lambda: {"kind": kind.name, "keys": [str(one.subject) for one in due[:_MOST]], **in_hand(work)})
        return await original(self, work, kind, due, allowance)

    patch(ticker.Ticker, "_fire", _fire)


def _between_claim_and_intent(passage: Passage) -> None:
    original: Callable[..., Awaitable[list[DueTimer]]] = vars(ticker)["take_off"]

    async def take_off(
        work: Work, kind: str, subjects: Sequence[UUID], until: Sequence[datetime], sure: Sequence[datetime]
    ) -> list[DueTimer]:
        taken = await original(work, kind, subjects, until, sure)
        if taken:
            keys = [str(one.subject) for one in taken[:_MOST]]
            passage(lambda: {"kind": kind, "rows": len(taken), **in_hand(work), "keys": keys})
        return taken

    patch(ticker, "take_off", take_off)


def _after_intent_before_send(passage: Passage) -> None:
    original = sender.Sender._try

    async def _try(self: sender.Sender[Any], item: Any, stop: "asyncio.Event", beat: Callable[[], None]) -> Sent | None:
        passage(lambda: _errands([item]))
        return await original(self, item, stop, beat)

    patch(sender.Sender, "_try", _try)


def _after_send_before_done(passage: Passage) -> None:
    original = sender.Sender._mark

    async def _mark(self: sender.Sender[Any], tried: list[tuple[Any, Sent]], stop: "asyncio.Event") -> None:
        if gone := [item for item, sent in tried if sent.ok]:
            passage(lambda: _errands(gone))
        await original(self, tried, stop)

    patch(sender.Sender, "_mark", _mark)


def _errands(items: Sequence[Any]) -> Mapping[str, object]:
    """Alert and recipient of each; never the letter."""
    return {"rows": len(items), "keys": [[str(part) for part in item.key] for item in items[:_MOST]]}


def _inside_api_transaction(passage: Passage) -> None:
    alone, together = Endpoint._within, Company._within

    async def within(self: Endpoint, work: Work, asked: Asked) -> Stored:
        stored = await alone(self, work, asked)
        if self.route.method != "GET":
            passage(lambda: {"route": self.route.name, "status": stored.status, **in_hand(work)})
        return stored

    async def within_together(self: Company, work: Work, claim: Claim, asked: Sequence[Asked]) -> Sequence[Outcome]:
        outcomes = await together(self, work, claim, asked)
        passage(lambda: {"requests": len(asked), **in_hand(work)})
        return outcomes

    patch(Endpoint, "_within", within)
    patch(Company, "_within", within_together)


def _during_migration(passage: Passage) -> None:
    """Inside a migration after each of its scripts, and after each folder: the latter on a migrated database too."""
    run_sql_: Callable[[str], None] = migrations_kit.run_sql
    upgrade_ = migrate._upgrade

    def run_sql(script: str) -> None:
        run_sql_(script)
        passage(lambda: {"inside": "a migration's transaction"})

    def _upgrade(connection: Connection, schema: str, folder: Path, version_table: str) -> None:
        upgrade_(connection, schema, folder, version_table)
        passage(lambda: {"after": f"{schema}.{version_table}"})

    patch(migrations_kit, "run_sql", run_sql)
    patch(migrate, "_upgrade", _upgrade)


POINTS: Final = (
    Point(
        "after_look_before_lock",
        "(the ticker has looked at due timers and holds no lock)",
        "Ticker._fire",
        ("*.tick",),
        _after_look_before_lock,
    ),
    Point(
        "between_claim_and_intent",
        "between claim and intent",
        "ticker.take_off",
        ("*.tick",),
        _between_claim_and_intent,
        open_transaction=True,
    ),
    Point(
        "after_intent_before_send", "after intent before send", "Sender._try", ("*.send",), _after_intent_before_send
    ),
    Point(
        "after_send_before_done", "after outside send before done", "Sender._mark", ("*.send",), _after_send_before_done
    ),
    Point(
        "inside_api_transaction",
        "(answered and stored, not committed)",
        "Endpoint._within, Company._within",
        ("*.api",),
        _inside_api_transaction,
        open_transaction=True,
    ),
    Point(
        "during_migration",
        "during migration",
        "migrations_kit.run_sql, migrate._upgrade",
        ("cli.migrate",),
        _during_migration,
        open_transaction=True,
    ),
)
