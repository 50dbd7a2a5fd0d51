"""Events out of referrals, withdrawals and routes: each once, however often it is looked for (`about` is its name).

The id of a referral's event is made of its name: one that is made again after a restore comes under the same id.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.chassis.relay.watermark import complete_before
from services.chassis.work import Work
from services.intake.receipts.rules.own_route import Notice
from services.intake.receipts.rules.receipt import HAND_OVER_AFTER
from services.intake.webhooks.rules.event import OF_ENDING, Kind

KEPT: Final = timedelta(days=30)
"""How far back a partner may replay."""

# What was made is addressed in the same statement: to every active endpoint that asked for its kind.
_ADDRESS: Final = """
insert into webhook_delivery (endpoint, event, partner)
select e.id, made.id, made.partner from made join webhook_endpoint as e
  on e.partner = made.partner and e.state = 'active' and made.kind = any(e.kinds)
"""

_HANDED_OVER: Final = f"""
with mark as (select * from webhook_mark order by partner for update skip locked),
due as (
  select r.* from mark cross join lateral (
    select r.partner, r.lead, r.received_at, r.is_test, w.withdrawn_at
    from referral as r left join withdrawal as w on w.lead = r.lead
    where r.partner = mark.partner and (r.received_at, r.lead) > (mark.handed_at, mark.handed_lead)
      and r.received_at < $1 order by r.received_at, r.lead limit $2
  ) as r
), moved as (
  update webhook_mark as m set handed_at = last.received_at, handed_lead = last.lead
  from (select distinct on (partner) * from due order by partner, received_at desc, lead desc) as last
  where m.partner = last.partner
), made as (
  insert into webhook_event (id, partner, kind, about, lead, at, is_test)
  select md5($3 || ':' || lead)::uuid, partner, $3, $3 || ':' || lead, lead, received_at + $4::interval, is_test
  from due where withdrawn_at is null or withdrawn_at >= received_at + $4::interval
  on conflict (partner, about) do nothing returning id, partner, kind
), addressed as ({_ADDRESS})
select count(*) from due
"""  # noqa: S608 - a text of this file

_WITHDRAWN: Final = f"""
with mark as (select * from webhook_mark order by partner for update skip locked),
due as (
  select w.* from mark cross join lateral (
    select w.partner, w.lead, w.withdrawn_at, r.is_test
    from withdrawal as w join referral as r on r.lead = w.lead
    where w.partner = mark.partner and (w.withdrawn_at, w.lead) > (mark.withdrawn_at, mark.withdrawn_lead)
      and w.withdrawn_at < $1 order by w.withdrawn_at, w.lead limit $2
  ) as w
), moved as (
  update webhook_mark as m set withdrawn_at = last.withdrawn_at, withdrawn_lead = last.lead
  from (select distinct on (partner) * from due order by partner, withdrawn_at desc, lead desc) as last
  where m.partner = last.partner
), made as (
  insert into webhook_event (id, partner, kind, about, lead, at, is_test)
  select md5($3 || ':' || lead)::uuid, partner, $3, $3 || ':' || lead, lead, withdrawn_at, is_test from due
  on conflict (partner, about) do nothing returning id, partner, kind
), addressed as ({_ADDRESS})
select count(*) from due
"""  # noqa: S608 - a text of this file

_NOTICES: Final = f"""
with made as (
  insert into webhook_event (partner, kind, about, route, at, ends_at, days, is_test)
  select $1, kind, kind || ':' || route || ':' || extract(epoch from ends_at)::bigint || ':' || days, route, $2,
    ends_at, days, false
  from unnest($3::text[], $4::text[], $5::timestamptz[], $6::smallint[]) as t(kind, route, ends_at, days)
  on conflict (partner, about) do nothing returning id, partner, kind
), addressed as ({_ADDRESS})
select count(*) from made
"""  # noqa: S608 - a text of this file

_TEST: Final = """
with made as (
  insert into webhook_event (id, partner, kind, about, at, is_test)
  select $3, $1, $4, $4 || ':' || $3::uuid, $5, true from webhook_endpoint where partner = $1 and id = $2
  returning id, partner
)
insert into webhook_delivery (endpoint, event, partner) select $2, id, partner from made returning event
"""

_FORGET: Final = """
delete from webhook_event where id = any(array(
  select id from webhook_event where created < clock_timestamp() - $1::interval limit $2 for update skip locked))
returning 1
"""


async def make_referral_events(work: Work, most: int) -> int:
    """Events of what was handed over and withdrawn, up to `most` a partner and kind; how many were looked at."""
    before = await complete_before(work)
    await work.take_time()
    handed = min(before, work.at - HAND_OVER_AFTER)
    found = await work.value(_HANDED_OVER, handed, most, str(Kind.HANDED_OVER), HAND_OVER_AFTER)
    return int(found) + int(await work.value(_WITHDRAWN, before, most, str(Kind.WITHDRAWN)))


async def make_notices(work: Work, partner: str, told: Iterable[tuple[str, Notice]]) -> int:
    """Events of what ends soon on this partner's routes, each notice once; how many are new."""
    rows = [(str(OF_ENDING[one.what]), route, one.at, one.days) for route, one in told]
    if not rows:
        return 0
    return int(await work.value(_NOTICES, partner, work.at, *map(list, zip(*rows, strict=True))))


async def make_test(work: Work, partner: str, endpoint: UUID, at: datetime) -> UUID | None:
    """A test event for one endpoint; None when this partner has none such."""
    [id] = await work.new_ids(1)
    made: UUID | None = await work.value(_TEST, partner, endpoint, id, str(Kind.TEST), at)
    return made


async def partners_told(work: Work) -> list[str]:
    """Who has an endpoint."""
    return [row["partner"] for row in await work.fetch("select partner from webhook_mark order by partner")]


async def forget_events(work: Work, most: int) -> int:
    """Events older than 30 days go, with what was not delivered of them."""
    return len(await work.fetch(_FORGET, KEPT, most))
