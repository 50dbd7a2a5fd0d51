"""The journal, and one aggregate table: a count per measure, study, site, partner, week and word."""

from services.chassis.migrations_kit import protect, run_sql

revision = "reporting0001"
down_revision = None

_JOURNAL = """
create table journal (
  stream text not null, key text not null, version bigint not null, shard smallint not null,
  id uuid not null, type text not null, at timestamptz not null, is_test boolean not null, body jsonb not null,
  folded_at timestamptz not null default clock_timestamp(),
  primary key (stream, key, version)
);
create index journal_shard on journal (stream, shard, key, version);
"""

_TALLY = """
create table tally (
  measure text not null, study text not null, site text not null, partner text not null, week date not null,
  word text not null, n bigint not null,
  primary key (study, measure, site, partner, week, word)
);
"""


def upgrade() -> None:
    """Make both; tallies are seen by scope, the journal by the system alone."""
    run_sql(_JOURNAL)
    run_sql(_TALLY)
    protect("tally", "study", "site", "partner")
    run_sql(
        "alter table journal enable row level security; alter table journal force row level security; "
        "create policy system_only on journal using (baton_sees('journal/all')) with check (baton_sees('journal/all'));"
    )


def downgrade() -> None:
    """Never: the journal is the memory of reporting."""
    raise RuntimeError("the journal is not taken back")
