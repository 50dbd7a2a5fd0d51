"""Intents to tell somebody: one per alert, recipient and channel (P10). Waiting, retries and leases are real time.

The caller holds the leads locked, but for a claim: that takes what nobody holds and waits for nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from contracts.vocabulary import NotifyChannel
from services.chassis.work import Work
from services.sla.channels.rules import Verdict

LEASE: Final = timedelta(seconds=30)
"""How long a claim hides an intent from other senders, and so how late a letter is whose sender was killed. A batch is
through well before (2 rounds of 24 letters, 16 at once, 8 s)."""

_INTEND: Final = """
insert into notice as n (alert, staff, channel, lead, site, state)
select alert, staff, $5, lead, site, 'pending'
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) as told(alert, staff, lead, site) order by alert, staff
on conflict (alert, staff, channel) do update set state = 'pending', tries = 0, next_try_at = clock_timestamp(),
  claimed_until = null, done_at = null where n.state = 'withdrawn'
"""

_WITHDRAW: Final = """
update notice n set state = 'withdrawn', done_at = clock_timestamp(), claimed_until = null
from unnest($1::uuid[], $2::text[]) as over(alert, staff)
where n.alert = any($1::uuid[]) and n.alert = over.alert and n.staff = over.staff and n.state = 'pending'
"""

_WITHDRAW_ALL: Final = """
update notice set state = 'withdrawn', done_at = clock_timestamp(), claimed_until = null
where state = 'pending' and lead = any($1::uuid[])
"""

_CLAIM: Final = """
with free as (
  select alert, staff, channel from notice as n
  where state = 'pending' and next_try_at <= clock_timestamp()
    and (claimed_until is null or claimed_until < clock_timestamp())
    and not coalesce((select parked from lead where id = n.lead), false)
  order by next_try_at limit $1 for update of n skip locked
)
update notice as n set claimed_until = clock_timestamp() + $2::interval from free
where n.alert = any(array(select alert from free))
  and (n.alert, n.staff, n.channel) = (free.alert, free.staff, free.channel)
returning n.alert, n.staff, n.tries
"""

_STILL_DUE: Final = """
select n.alert, n.staff from unnest($1::uuid[], $2::text[]) as asked(alert, staff)
join notice n on (n.alert, n.staff) = (asked.alert, asked.staff) and n.channel = $3 and n.state = 'pending'
where n.alert = any($1::uuid[]) and not (select parked from lead where id = n.lead)
"""

_MARK: Final = """
with said as (
  select * from unnest($1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::interval[])
    as said(alert, staff, delivered, failure, again)
), changed as (
  update notice as n
  set state = case when said.delivered then 'delivered' when n.state <> 'pending' then n.state
                   when said.failure is not null then 'failed' else 'pending' end,
      failure = case when n.state = 'pending' then said.failure end,
      tries = n.tries + 1, next_try_at = clock_timestamp() + coalesce(said.again, '0'), claimed_until = null,
      done_at = case when said.delivered or said.failure is not null then clock_timestamp() else n.done_at end
  from said
  where n.alert = any($1::uuid[]) and n.alert = said.alert and n.staff = said.staff and n.channel = $6
    and n.state <> 'delivered'
  returning n.alert, n.staff, n.state, said.delivered, said.failure
)
select alert, staff, state from changed where delivered or (failure is not null and state = 'failed')
"""

Key = tuple[UUID, str]
"""(alert, staff member)"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An intent that is ours to send for the length of the lease."""

    alert: UUID
    staff: str
    tries: int
    """tries before this one"""


async def intend(work: Work, told: Sequence[tuple[UUID, str, UUID, str]]) -> None:
    """To be told by mail: (alert, staff, lead, site). One that was withdrawn before it was sent is taken up again."""
    columns = [list(column) for column in zip(*told, strict=True)]
    await work.run(_INTEND, *columns, NotifyChannel.MAIL)


async def withdraw(work: Work, over: Collection[Key]) -> None:
    """These are over: what was not sent is not sent any more."""
    await work.run(_WITHDRAW, [alert for alert, _ in over], [staff for _, staff in over])


async def withdraw_all(work: Work, leads: Collection[UUID]) -> None:
    """Nobody is told anything more about these leads."""
    await work.run(_WITHDRAW_ALL, list(leads))


async def claim(work: Work, limit: int) -> list[Claimed]:
    """Intents that are due, hidden from other senders for the lease; none of a parked lead."""
    return [Claimed(row["alert"], row["staff"], row["tries"]) for row in await work.fetch(_CLAIM, limit, LEASE)]


async def still_due(work: Work, keys: Sequence[Key]) -> frozenset[Key]:
    """Which of them are still to be sent: the last look before the outside send."""
    alerts, staff = [alert for alert, _ in keys], [staff for _, staff in keys]
    rows = await work.fetch(_STILL_DUE, alerts, staff, NotifyChannel.MAIL)
    return frozenset((row["alert"], row["staff"]) for row in rows)


async def mark(work: Work, verdicts: Sequence[tuple[Key, Verdict]]) -> dict[Key, bool]:
    """Write down what came of it; those that are settled by it, True for delivered.

    A letter that went out while its alert was withdrawn counts as delivered: that is what happened.
    """
    rows = await work.fetch(
        _MARK,
        [alert for (alert, _), _ in verdicts],
        [staff for (_, staff), _ in verdicts],
        [verdict.delivered for _, verdict in verdicts],
        [verdict.failure for _, verdict in verdicts],
        [verdict.again for _, verdict in verdicts],
        NotifyChannel.MAIL,
    )
    return {(row["alert"], row["staff"]): row["state"] == "delivered" for row in rows}
