"""The SQL of the loop; `{service}` is a schema."""

from typing import Final

POLL: Final = """
select o.* from generate_series(0, $1::int - 1) as s(shard) cross join lateral (
  select id, created, shard, stream, key, version, body from {service}.outbox
  where shard = s.shard and sent_at is null order by id limit $2
) as o order by o.created
"""

MARK: Final = """
update {service}.outbox set sent_at = clock_timestamp()
where id = any($1::bigint[]) and created between $2 and $3 and sent_at is null
"""

HEADS: Final = """
insert into {service}.head (stream, key, version, at)
select s, k, v, clock_timestamp() from unnest($1::text[], $2::text[], $3::bigint[]) as t(s, k, v)
"""

CURSORS: Final = """
insert into {service}.reader_cursor (stream, key, version)
select $1, k, v from unnest($2::text[], $3::bigint[]) as t(k, v)
on conflict (stream, key) do update set version = excluded.version
"""

POSITION: Final = """
insert into {service}.reader_position (topic, partition, next_offset)
select $1, p, n from unnest($2::int[], $3::bigint[]) as t(p, n)
on conflict (topic, partition) do update set next_offset = excluded.next_offset
"""

MAKE_LOADS: Final = """
insert into routing.staff_load (staff, capacity, hard, weight)
select 'staff-' || n, 1000000, 1000000, 100 from generate_series(1, 96) as n
"""

LOADS: Final = """
update routing.staff_load as l set open = l.open + 1 + $1::int / 96, turn = l.turn + 1
from (select staff from routing.staff_load order by staff for update) as locked where l.staff = locked.staff
"""
"""Every counter of the network moves in every batch: with 24 sites in turn they do with Baton, too."""

MARK_LEADS: Final = """
update routing.lead set deadline_at = clock_timestamp() + interval '4 hours', deadline_state = 'set'
where id = any($1::uuid[])
"""

JOURNAL: Final = """
insert into reporting.journal (stream, key, version, shard, id, type, at, is_test, body)
select $1, k, v, p, uuidv7(), 'baton.Fact.v1', clock_timestamp(), false, b::jsonb
from unnest($2::text[], $3::bigint[], $4::int[], $5::text[]) as t(k, v, p, b)
"""

ADD: Final = """
insert into reporting.tally as t (study, measure, site, partner, week, word, n)
select 'study-' || n % 4, 'movement', 'site-' || n, 'quarrel', date '2026-01-05', $1, $2::int / 24
from generate_series(0, 23) as n
on conflict (study, measure, site, partner, week, word) do update set n = t.n + excluded.n
"""

WAYS: Final = """
select extract(epoch from greatest(pg_xact_commit_timestamp(t.xmin), pg_xact_commit_timestamp(c.xmin))
  - pg_xact_commit_timestamp(r.xmin))::float8 as took
from intake.referral as r join sla.timer as t on t.subject = r.lead
join reporting.reader_cursor as c on c.stream = 'leads' and c.key = r.lead::text where r.lead = any($1::uuid[])
"""
