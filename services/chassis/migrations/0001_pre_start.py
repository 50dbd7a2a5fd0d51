"""The bookkeeping every service has: heads, outbox, relay leases, readers, timers, idempotency, audit.

Runs first in each service's schema, as the schema's owner. Bounded and listed (P17): one row per key and reader,
positions, 3 days of outbox, idempotency rows for 400 days, parked and unreadable rows that page.
"""

from alembic import op

from services.chassis.migrations_kit import run_sql

revision = "chassis0001"
down_revision = None

_CLOCK = """
create function baton_now() returns timestamptz language sql volatile as $$ select clock_timestamp() $$;
create function baton_time(at timestamptz) returns timestamptz language sql stable as $$ select at $$;
create function baton_sees(item text) returns boolean language sql stable as $$
  select case current_setting('baton.scope', true)
    when '*' then true
    when '' then false
    else item = any (string_to_array(current_setting('baton.scope', true), ' ')) is true
  end
$$;
"""

_OUTBOX = """
create table head (
  stream text not null, key text not null, version bigint not null, at timestamptz not null,
  primary key (stream, key)
);
create table raised_head (stream text not null, key text not null, primary key (stream, key));
create table outbox (
  id bigint generated always as identity (cache 1),
  created timestamptz not null default clock_timestamp(),
  fact uuid not null default uuidv7(),
  shard smallint not null, stream text not null, key text not null, version bigint not null,
  type text not null, at timestamptz not null, headers jsonb not null, body bytea,
  sent_at timestamptz, held boolean not null default false,
  primary key (id, created)
) partition by range (created);
create index outbox_unsent on outbox (shard, id) where sent_at is null;
create index outbox_held on outbox (stream, key) where held;
create table outbox_default partition of outbox default;
create table relay_lease (shard smallint primary key, owner text, term bigint not null default 0, until timestamptz);
insert into relay_lease (shard) select generate_series(0, 11);
create table relay_member (owner text primary key, seen timestamptz not null);
"""

_OUTBOX_DAYS = """
create function outbox_day_make(day date) returns boolean language plpgsql security definer as $$
declare
  part text := 'outbox_' || to_char(day, 'YYYYMMDD');
  lower_end timestamptz := day::timestamp at time zone 'UTC';
  upper_end timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  if to_regclass(quote_ident(current_schema()) || '.' || quote_ident(part)) is not null then
    return false;
  end if;
  perform set_config('lock_timeout', '100ms', true);
  execute 'lock table outbox in share row exclusive mode';
  execute 'lock table outbox_default in access exclusive mode';
  execute format('create table %I (like outbox including defaults including constraints)', part);
  execute format('with moved as (delete from outbox_default where created >= %L and created < %L returning *) '
                 'insert into %I select * from moved', lower_end, upper_end, part);
  execute format('alter table outbox attach partition %I for values from (%L) to (%L)', part, lower_end, upper_end);
  return true;
end $$;
create function outbox_day_drop(day date) returns boolean language plpgsql security definer as $$
declare
  part text := 'outbox_' || to_char(day, 'YYYYMMDD');
  unsent boolean;
begin
  if day > (clock_timestamp() at time zone 'UTC')::date - 3
     or to_regclass(quote_ident(current_schema()) || '.' || quote_ident(part)) is null then
    return false;
  end if;
  perform set_config('lock_timeout', '100ms', true);
  execute format('lock table %I in access exclusive mode', part);
  execute format('select exists (select from %I where sent_at is null)', part) into unsent;
  if unsent then
    return false;
  end if;
  execute format('drop table %I', part);
  return true;
end $$;
revoke execute on function outbox_day_make(date), outbox_day_drop(date) from public;
"""

_READERS = """
create table reader (
  stream text primary key, state text not null default 'running', since timestamptz not null default clock_timestamp()
);
create table reader_cursor (
  stream text not null, key text not null, version bigint not null, last_id uuid, parked boolean not null default false,
  primary key (stream, key)
) with (fillfactor = 80);
create index reader_cursor_parked on reader_cursor (stream) where parked;
create table reader_position (
  topic text not null, partition integer not null, next_offset bigint not null, primary key (topic, partition)
);
create table parked (
  stream text not null, key text not null, version bigint not null,
  topic text not null, partition integer not null, "offset" bigint not null,
  why text not null, error text, head jsonb not null, body bytea, mark bigint not null default 0,
  parked_at timestamptz not null default clock_timestamp(), attempts integer not null default 0,
  primary key (stream, key, version)
);
create table unreadable (
  topic text not null, partition integer not null, "offset" bigint not null,
  error text not null, sha256 text not null, seen_at timestamptz not null default clock_timestamp(),
  primary key (topic, partition, "offset")
);
create table heard (
  stream text not null, partition integer not null,
  counted_at timestamptz, counted_offset bigint,
  held text[] not null default '{}', held_more integer not null default 0,
  pending_at timestamptz, pending_offset bigint,
  pending_held text[] not null default '{}', pending_held_more integer not null default 0,
  moved_at timestamptz, arrived_at timestamptz, unread_at timestamptz, seen_at timestamptz,
  primary key (stream, partition)
);
"""

_COPIES = """
create table copy (
  stream text not null, key text not null, version bigint not null default 0, type text, body jsonb,
  primary key (stream, key)
);
"""

_TIMERS = """
create table timer (
  kind text not null, subject uuid not null, shard smallint not null, due timestamptz not null, held_at timestamptz,
  primary key (subject, kind)
);
create index timer_due on timer (due) where held_at is null;
create index timer_held on timer (subject) where held_at is not null;
create table timer_ledger (
  id bigint generated always as identity (cache 1) primary key, kind text not null,
  created integer not null default 0, fired integer not null default 0, cancelled integer not null default 0,
  at timestamptz not null default clock_timestamp()
);
"""

_DOORS = """
create table idempotency (
  client text not null, key bytea not null, fingerprint bytea not null, state text not null,
  status integer, headers jsonb, body bytea, refused text, created timestamptz not null default clock_timestamp(),
  primary key (client, key)
);
create table audit (
  id uuid primary key default uuidv7(), at timestamptz not null default clock_timestamp(),
  actor text not null, act text not null, subject text not null, scope text not null, detail jsonb not null default '{}'
);
"""


def upgrade() -> None:
    """Make all of it."""
    for part in (_CLOCK, _OUTBOX, _OUTBOX_DAYS, _READERS, _COPIES, _TIMERS, _DOORS):
        run_sql(part)
    schema = op.get_bind().exec_driver_sql("select current_schema()").scalar_one()
    for function in ("outbox_day_make(date)", "outbox_day_drop(date)"):
        run_sql(f'alter function {function} set search_path = "{schema}", pg_temp')


def downgrade() -> None:
    """Never: bookkeeping is only added to."""
    raise RuntimeError("baton's bookkeeping is not taken back")
