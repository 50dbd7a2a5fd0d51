"""Webhooks: where partners want to be told, what there is to tell, what became of telling it."""

from services.chassis.migrations_kit import protect, run_sql

revision = "intake0005"
down_revision = "intake0004"

_WEBHOOKS = """
create table webhook_endpoint (
  id uuid primary key default uuidv7(),
  partner text not null,
  url text not null,
  kinds text[] not null,
  state text not null default 'active',
  why text,
  secret bytea not null,
  secret_key smallint not null,
  old_secret bytea,
  old_secret_key smallint,
  old_until timestamptz,
  created timestamptz not null default clock_timestamp(),
  failing_since timestamptz,
  last_code text,
  last_tried_at timestamptz
);
create index webhook_endpoint_of on webhook_endpoint (partner);
create table webhook_event (
  id uuid primary key default uuidv7(),
  partner text not null,
  kind text not null,
  about text not null,
  lead uuid,
  route text,
  at timestamptz not null,
  ends_at timestamptz,
  days smallint,
  is_test boolean not null,
  created timestamptz not null default clock_timestamp(),
  unique (partner, about)
);
create index webhook_event_created on webhook_event (created);
create table webhook_delivery (
  endpoint uuid not null references webhook_endpoint on delete cascade,
  event uuid not null references webhook_event on delete cascade,
  partner text not null,
  state text not null default 'pending',
  tries smallint not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz,
  code text,
  done_at timestamptz,
  primary key (endpoint, event)
);
create index webhook_delivery_due on webhook_delivery (endpoint, next_try_at) where state = 'pending';
create index webhook_delivery_event on webhook_delivery (event);
create table webhook_mark (
  partner text primary key,
  handed_at timestamptz not null,
  handed_lead uuid not null,
  withdrawn_at timestamptz not null,
  withdrawn_lead uuid not null
);
"""


def upgrade() -> None:
    """All of it is a partner's own."""
    run_sql(_WEBHOOKS)
    for table in ("webhook_endpoint", "webhook_event", "webhook_delivery", "webhook_mark"):
        protect(table, "partner")


def downgrade() -> None:
    """Never: partners verify with these secrets."""
    raise RuntimeError("webhooks are not taken back")
