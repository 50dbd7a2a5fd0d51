"""Leads, their clocks with the interval log, alerts, and the intents to tell somebody."""

from services.chassis.migrations_kit import protect, run_sql

revision = "sla0001"
down_revision = None

_CLOCKS = """
create table lead (
  id uuid primary key, study text not null, site text not null, partner text not null, is_test boolean not null,
  received_at timestamptz, owner text, attempted boolean not null, closed boolean not null,
  duplicate boolean not null, parked boolean not null default false, version bigint not null
);
create table clock (
  lead uuid not null, clock text not null, episode integer not null, study text not null, site text not null,
  state text not null check (state in ('unarmed', 'running', 'ended')),
  policy text, calendar text,
  study_version bigint not null, site_version bigint not null,
  policy_version bigint not null, calendar_version bigint not null,
  target_at timestamptz, warn_at timestamptz, breach_at timestamptz,
  level text, ended_by text, business_seconds bigint, within_target boolean,
  primary key (lead, clock, episode)
);
create unique index clock_running on clock (lead, clock) where state = 'running';
create index clock_by_study on clock (study) where state <> 'ended';
create index clock_by_site on clock (site) where state <> 'ended';
create index clock_by_policy on clock (policy) where state <> 'ended';
create index clock_by_calendar on clock (calendar) where state <> 'ended';
create index clock_overdue on clock (lead, clock, episode, level) where state = 'running' and level is not null;
create table clock_interval (
  lead uuid not null, clock text not null, episode integer not null, n integer not null, site text not null,
  kind text not null check (kind = 'run'), started_at timestamptz not null, stopped_at timestamptz,
  calendar text, calendar_version bigint,
  primary key (lead, clock, episode, n), check (stopped_at >= started_at)
);
create table changed_item (key text primary key, version bigint not null, until timestamptz not null);
"""

_ALERTS = """
create table alert (
  id uuid not null, staff text not null, lead uuid not null, study text not null, site text not null,
  clock text not null, episode integer not null, level text not null, as_of bigint not null,
  unconfirmed boolean not null, is_test boolean not null, raised_at timestamptz not null,
  acknowledged_at timestamptz, resolved_at timestamptz, resolved_by text, link bytea, link_version integer,
  primary key (id, staff)
);
create unique index alert_open on alert (id) where resolved_at is null;
create index alert_of_lead on alert (lead);
create index alert_standing on alert (lead, clock, episode, level) where resolved_at is null;
create index alert_at_site on alert (site, raised_at) where resolved_at is null;
create unique index alert_link on alert (link);
create table notice (
  alert uuid not null, staff text not null, channel text not null, lead uuid not null, site text not null,
  state text not null check (state in ('pending', 'delivered', 'failed', 'withdrawn')),
  tries integer not null default 0, next_try_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz, failure text, done_at timestamptz,
  primary key (alert, staff, channel)
);
create index notice_pending on notice (next_try_at) where state = 'pending';
create index notice_of_lead on notice (lead) where state = 'pending';
"""


def upgrade() -> None:
    """Make all of it."""
    run_sql(_CLOCKS)
    run_sql(_ALERTS)
    for table in ("lead", "clock", "clock_interval", "alert", "notice"):
        protect(table, "site")


def downgrade() -> None:
    """Never: alerts are not taken back."""
    raise RuntimeError("alerts are not taken back")
