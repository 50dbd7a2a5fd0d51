"""The network: every revision of every item, and the last fact said of each key."""

from services.chassis.migrations_kit import run_sql

revision = "intake0002"
down_revision = "intake0001"


def upgrade() -> None:
    """One row a revision; the highest revision that has taken effect is the one in force."""
    run_sql(
        """
        create table network_item (
          kind text not null,
          id text not null,
          revision integer not null,
          effective_from timestamptz not null,
          reviewed_on date not null,
          body jsonb not null,
          published boolean not null default false,
          applied_by text not null,
          applied_at timestamptz not null,
          primary key (kind, id, revision)
        );
        create index network_item_waiting on network_item (effective_from) where not published;
        create table network_fact (
          key text primary key,
          body jsonb not null
        );
        """
    )


def downgrade() -> None:
    """Never: a revision is history."""
    raise RuntimeError("network revisions are not taken back")
