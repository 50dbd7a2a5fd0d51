"""Who gets in: sign-in links, sessions, second factors.

Looked up before a scope exists, so none has a policy; none holds a person. Secrets are kept as HMACs under outside
peppers, a second factor's secret sealed under one (S7). Bounded (P17): what is over goes.
"""

from services.chassis.migrations_kit import run_sql

revision = "intake0006"
down_revision = "intake0005"


def upgrade() -> None:
    """All of it is new."""
    run_sql(
        """
        create table sign_in_link (
          id uuid primary key default uuidv7(),
          staff text not null,
          digest bytea not null unique,
          pepper smallint not null,
          expires timestamptz not null,
          used_at timestamptz
        );
        create index sign_in_link_expires on sign_in_link (expires);
        create table session (
          id uuid primary key default uuidv7(),
          staff text not null,
          digest bytea not null unique,
          pepper smallint not null,
          created timestamptz not null default clock_timestamp(),
          expires timestamptz not null,
          revoked_at timestamptz,
          factor_at timestamptz
        );
        create index session_staff on session (staff);
        create index session_expires on session (expires);
        create table second_factor (
          staff text primary key,
          secret bytea not null,
          pepper smallint not null,
          confirmed_at timestamptz,
          last_step bigint not null default 0,
          failed integer not null default 0,
          failed_at timestamptz
        );
        """
    )


def downgrade() -> None:
    """Never: who signed in is history."""
    raise RuntimeError("sessions are not taken back")
