"""Files of rows: a partner's column mappings, sealed files, and what became of each row."""

from services.chassis.migrations_kit import protect, run_sql

revision = "intake0007"
down_revision = "intake0006"

_TABLES = """
create table import_mapping (
  partner text not null,
  name text not null,
  fields jsonb not null,
  saved_at timestamptz not null default clock_timestamp(),
  primary key (partner, name)
);
create table file_import (
  id uuid primary key,
  partner text not null,
  route text not null,
  mapping text not null,
  fields jsonb not null,
  layout jsonb,
  state text not null,
  file_mark bytea,
  key_id uuid not null unique,
  bytes bigint not null default 0,
  pieces integer not null default 0,
  starts bigint not null default 0,
  position bigint not null default 0,
  last_row integer not null default 0,
  problem text,
  problem_row integer,
  checked jsonb not null default '{}',
  imported jsonb not null default '{}',
  created_at timestamptz not null default baton_now(),
  touched_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  destroy_at timestamptz,
  destroyed_at timestamptz
);
create index file_import_partner on file_import (partner, id);
create index file_import_waiting on file_import (touched_at) where state in ('uploaded', 'running');
create index file_import_kept on file_import (destroy_at) where destroyed_at is null;
create table import_piece (
  import uuid not null references file_import,
  n integer not null,
  partner text not null,
  sealed bytea not null,
  primary key (import, n)
);
alter table import_piece alter column sealed set storage external;
create table import_row (
  import uuid not null references file_import,
  phase text not null,
  row integer not null,
  partner text not null,
  outcome text not null,
  code text,
  faults jsonb,
  lead uuid,
  retry_after integer,
  primary key (import, phase, row)
);
"""


def upgrade() -> None:
    """What is sealed does not compress: its pieces are stored as they are."""
    run_sql(_TABLES)
    for table in ("import_mapping", "file_import", "import_piece", "import_row"):
        protect(table, "partner")


def downgrade() -> None:
    """Never: what was accepted is not taken back."""
    raise RuntimeError("imports are not taken back")
