"""What each endpoint is still to be told. Waiting, retries and leases are real time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.chassis.crypto.secrets import KeyRing
from services.chassis.work import Work
from services.intake.webhooks.rules.event import Event, Kind
from services.intake.webhooks.rules.schedule import DISABLED_AFTER, GONE, Verdict
from services.intake.webhooks.storage.secrets import Sealed, opened

LEASE: Final = timedelta(seconds=60)
"""How long a claim hides a delivery; a batch is through well before (24 of them, 16 at once, 12 s)."""

EACH: Final = 4
"""Deliveries of one endpoint in a claim, one while it fails: a slow or broken endpoint keeps no other waiting."""

_CLAIM: Final = """
with free as (
  select d.endpoint, d.event from webhook_endpoint as e cross join lateral (
    select endpoint, event, next_try_at from webhook_delivery as d
    where d.endpoint = e.id and d.state = 'pending' and d.next_try_at <= clock_timestamp()
      and (d.claimed_until is null or d.claimed_until < clock_timestamp())
    order by d.next_try_at limit case when e.failing_since is null then $3::int else 1 end for update skip locked
  ) as d where e.state = 'active' order by d.next_try_at limit $1
), claimed as (
  update webhook_delivery as d set claimed_until = clock_timestamp() + $2::interval from free
  where d.endpoint = free.endpoint and d.event = free.event returning d.endpoint, d.event, d.tries
)
select c.endpoint, c.tries, e.url, e.secret, e.secret_key, e.old_secret, e.old_secret_key,
  e.old_until > clock_timestamp() as both, v.id, v.kind, v.at, v.is_test, v.lead, v.route, v.ends_at, v.days
from claimed as c join webhook_endpoint as e on e.id = c.endpoint join webhook_event as v on v.id = c.event
"""

_ENDPOINTS: Final = """
with said as (
  select endpoint, bool_or(ok) as ok, bool_or(code = $4) as gone, max(code) filter (where not ok) as code
  from unnest($1::uuid[], $2::boolean[], $3::text[]) as t(endpoint, ok, code) group by endpoint
), locked as (
  select e.id, case when s.ok then null else coalesce(e.failing_since, clock_timestamp()) end as since, s.*
  from webhook_endpoint as e join said as s on s.endpoint = e.id order by e.id for update of e
)
update webhook_endpoint as e set failing_since = l.since, last_tried_at = clock_timestamp(),
  last_code = case when l.ok then 'sent' else l.code end,
  state = case when l.gone or l.since < clock_timestamp() - $5::interval then 'disabled' else e.state end,
  why = case when l.gone then 'gone' when l.since < clock_timestamp() - $5::interval then 'failing' else e.why end
from locked as l where e.id = l.id
"""

_DELIVERIES: Final = """
update webhook_delivery as d
set state = case when t.delivered then 'delivered' when t.again is null then 'failed' else 'pending' end,
  tries = d.tries + 1, code = t.code, claimed_until = null,
  next_try_at = clock_timestamp() + coalesce(t.again, '0'),
  done_at = case when t.delivered or t.again is null then clock_timestamp() end
from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::text[], $5::interval[])
  as t(endpoint, event, delivered, code, again)
where d.endpoint = t.endpoint and d.event = t.event and d.state <> 'delivered'
"""

_REPLAY: Final = """
insert into webhook_delivery as d (endpoint, event, partner)
select e.id, v.id, v.partner from webhook_endpoint as e join webhook_event as v on v.partner = e.partner
where e.partner = $1 and e.id = $2 and v.kind = any(e.kinds) and v.at >= $3
on conflict (endpoint, event) do update set state = 'pending', tries = 0, next_try_at = clock_timestamp(),
  done_at = null, code = null where d.state <> 'pending'
returning 1
"""


@dataclass(frozen=True, slots=True)
class Errand:
    """One claimed delivery. Its secrets live as long as the send does."""

    endpoint: UUID
    url: str
    secrets: tuple[str, ...]
    event: Event
    tries: int
    """this one included"""

    def __repr__(self) -> str:
        return f"Errand({self.endpoint}, {self.event.id})"


async def claim(work: Work, ring: KeyRing, limit: int) -> list[Errand]:
    """What is due, hidden from other senders for the lease."""
    return [_errand(dict(row), ring) for row in await work.fetch(_CLAIM, limit, LEASE, EACH)]


async def mark(work: Work, tried: Sequence[tuple[Errand, str, Verdict]]) -> None:
    """What came of each try; an endpoint that took nothing for 5 days, or says that it is gone, is disabled."""
    endpoints = [errand.endpoint for errand, _, _ in tried]
    delivered, codes = [verdict.delivered for _, _, verdict in tried], [code for _, code, _ in tried]
    await work.run(_ENDPOINTS, endpoints, delivered, codes, GONE, DISABLED_AFTER)
    events, again = [errand.event.id for errand, _, _ in tried], [verdict.again for _, _, verdict in tried]
    await work.run(_DELIVERIES, endpoints, events, delivered, codes, again)


async def replay(work: Work, partner: str, endpoint: UUID, since: datetime) -> int:
    """Tell an endpoint again what happened since then, under the same ids; how many."""
    return len(await work.fetch(_REPLAY, partner, endpoint, since))


def _errand(row: dict[str, Any], ring: KeyRing) -> Errand:
    endpoint = row["endpoint"]
    secrets = [opened(ring, endpoint, Sealed(row["secret"], row["secret_key"]))]
    if row["both"]:
        secrets.append(opened(ring, endpoint, Sealed(row["old_secret"], row["old_secret_key"])))
    named = ("id", "at", "is_test", "lead", "route", "ends_at", "days")
    event = Event(kind=Kind(row["kind"]), **{name: row[name] for name in named})
    return Errand(endpoint, row["url"], tuple(secrets), event, row["tries"] + 1)
