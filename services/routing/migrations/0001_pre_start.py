"""Leads, their tokens and links, and the load of every staff member."""

from services.chassis.migrations_kit import protect, run_sql

revision = "routing0001"
down_revision = None

_LEADS = """
create table lead (
  id uuid primary key, shard smallint not null,
  study text not null, site text not null, partner text not null, route text not null,
  channel text not null, priority text not null, is_test boolean not null,
  received_at timestamptz not null, opened_at timestamptz not null,
  material text not null, material_version integer not null, material_superseded boolean not null,
  permitted text[] not null, permission_wording text not null,
  stated_interest text, contact_is text not null, language text,
  stage text not null, status text not null, milestones text[] not null,
  owner text, backup text, pool text, waiting text, waiting_since timestamptz,
  checked text, duplicate_of uuid,
  attempts integer not null, blockers jsonb not null,
  next_action text, next_who text, next_due timestamptz,
  close_reason text, closed_at timestamptz,
  deadline_at timestamptz, deadline_state text, alert_level text, alert_acknowledged boolean not null,
  parked boolean not null, version bigint not null,
  constraint different_backup check (owner is null or backup is null or owner <> backup),
  constraint owned_or_named check (owner is not null or waiting is not null or duplicate_of is not null
                                   or checked is null or closed_at is not null)
);
create index lead_open_at_site on lead (site, received_at) where closed_at is null;
create index lead_open_of_owner on lead (owner, received_at, id) where closed_at is null;
create index lead_waiting on lead (pool, (priority <> 'urgent'), received_at, id)
  where waiting is not null and closed_at is null;
create index lead_under on lead (id) where duplicate_of is not null and closed_at is null;
create index lead_duplicates on lead (duplicate_of) where duplicate_of is not null;
create index lead_shard on lead (shard);
create table assignment (
  id uuid primary key default uuidv7(), lead uuid not null, site text not null, at timestamptz not null,
  owner text not null, backup text not null, pool text not null, reason text not null,
  load integer not null, capacity integer not null, candidates integer not null
);
create index assignment_lead on assignment (lead, at);
create table early_mark (
  lead uuid primary key, site text not null, deadline_at timestamptz, deadline_state text, alert_level text,
  alert_acknowledged boolean not null
);
"""

_DUPLICATES = """
create table first_holder (
  study text not null, site text not null, is_test boolean not null,
  kind text not null, key_version integer not null, value text not null, lead uuid not null,
  primary key (study, site, is_test, kind, key_version, value)
);
create index first_holder_lead on first_holder (lead);
create table match_token (
  seq bigint generated always as identity (cache 1) primary key,
  lead uuid not null, study text not null, site text not null, partner text not null, is_test boolean not null,
  kind text not null, key_version integer not null, value text not null
);
create index match_token_lead on match_token (lead);
create index match_token_value on match_token (study, site, is_test, kind, key_version, value, seq);
"""

_STAFF = """
create table staff_load (
  staff text primary key, capacity integer not null, hard integer not null, weight integer not null,
  open integer not null default 0, turn numeric not null default 0,
  constraint within_capacity check (open >= 0 and open <= hard)
);
"""


def upgrade() -> None:
    """Make all of it."""
    for part in (_LEADS, _DUPLICATES, _STAFF):
        run_sql(part)
    protect("lead", "site")
    protect("assignment", "site")
    protect("early_mark", "site")
    protect("first_holder", "site")
    protect("match_token", "site")


def downgrade() -> None:
    """Never: leads are not taken back."""
    raise RuntimeError("leads are not taken back")
