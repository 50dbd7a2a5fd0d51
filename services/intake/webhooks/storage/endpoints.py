"""The table `webhook_endpoint`. Every statement names the partner beside row-level security (S2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.chassis.work import Work
from services.intake.receipts.rules.receipt import HAND_OVER_AFTER
from services.intake.webhooks.rules.event import Kind
from services.intake.webhooks.storage.secrets import Sealed

MOST: Final = 5
"""Endpoints of one partner."""

BOTH_FOR: Final = timedelta(hours=24)
"""After a rotation both secrets sign."""

_SHOWN: Final = "id, url, kinds, state, why, created, failing_since, last_code, last_tried_at, old_until"

_LIST: Final = f"""
select {_SHOWN}, (select count(*) from webhook_delivery as d where d.endpoint = e.id and d.state = 'pending') as pending
from webhook_endpoint as e where partner = $1 order by id
"""  # noqa: S608 - column names of this file

_ADD: Final = """
insert into webhook_endpoint (id, partner, url, kinds, secret, secret_key) values ($1, $2, $3, $4, $5, $6)
"""

_MARK: Final = """
insert into webhook_mark (partner, handed_at, handed_lead, withdrawn_at, withdrawn_lead)
values ($1, $2, $4, $3, $4) on conflict (partner) do nothing
"""

_ROTATE: Final = """
update webhook_endpoint set old_secret = secret, old_secret_key = secret_key, old_until = clock_timestamp() + $5,
  secret = $3, secret_key = $4
where partner = $1 and id = $2 returning old_until
"""

_REMOVE: Final = "delete from webhook_endpoint where partner = $1 and id = $2 returning id"

_FORGET_MARK: Final = """
delete from webhook_mark as m where partner = $1 and not exists (select from webhook_endpoint where partner = $1)
"""

_ENABLE: Final = """
update webhook_endpoint set state = 'active', why = null, failing_since = null where partner = $1 and id = $2
returning id
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as its partner sees it."""

    id: UUID
    url: str
    kinds: Sequence[str]
    state: str
    """active, or disabled"""
    why: str | None
    """failing, or gone"""
    created: datetime
    failing_since: datetime | None
    last_code: str | None
    last_tried_at: datetime | None
    old_until: datetime | None
    pending: int = 0


async def endpoints_of(work: Work, partner: str) -> list[Endpoint]:
    """All of a partner's, the oldest first."""
    return [Endpoint(**dict(row)) for row in await work.fetch(_LIST, partner)]


async def lock_endpoints(work: Work, partner: str) -> int:
    """Let this partner's endpoints be added one after the other; how many there are. Time is taken."""
    await work.run("select pg_advisory_xact_lock(hashtextextended('webhooks/' || $1::text, 0))", partner)
    await work.take_time()
    return int(await work.value("select count(*) from webhook_endpoint where partner = $1", partner))


async def add_endpoint(work: Work, partner: str, id: UUID, url: str, kinds: Sequence[Kind], secret: Sealed) -> None:
    """A new endpoint; with a partner's first one its events begin: what is not handed over yet is told of."""
    await work.run(_ADD, id, partner, url, [str(kind) for kind in kinds], secret.value, secret.key)
    await work.run(_MARK, partner, work.at - HAND_OVER_AFTER, work.at, UUID(int=0))


async def rotate_secret(work: Work, partner: str, id: UUID, secret: Sealed) -> datetime | None:
    """The new one signs from now on, the old one beside it for a day: until when. None: there is no such endpoint."""
    until: datetime | None = await work.value(_ROTATE, partner, id, secret.value, secret.key, BOTH_FOR)
    return until


async def remove_endpoint(work: Work, partner: str, id: UUID) -> bool:
    """Away, with what it was still to be told; events end with the last endpoint."""
    gone = await work.value(_REMOVE, partner, id)
    await work.run(_FORGET_MARK, partner)
    return gone is not None


async def enable_endpoint(work: Work, partner: str, id: UUID) -> bool:
    """Told again from now on, with what still waits."""
    return await work.value(_ENABLE, partner, id) is not None
