"""The chain over the audit rows: one link a row, only added to. Rows of before are sealed in the first round (S5).

And how often each client asked in its hour, one row a client and kind; and the nonces of signed requests.
"""

from services.chassis.migrations_kit import run_sql

revision = "chassis0002"
down_revision = "chassis0001"


def upgrade() -> None:
    """`n` is the place in the chain, from 1 without gaps; rights are given and taken in `migrate`."""
    run_sql(
        """
        create table audit_link (
          n bigint primary key,
          row_id uuid not null unique,
          hash bytea not null,
          sealed_at timestamptz not null,
          looked_at timestamptz,
          signer text not null,
          signature bytea not null
        );
        create table asked (
          client text not null,
          what text not null,
          since timestamptz not null,
          used integer not null,
          primary key (client, what)
        ) with (fillfactor = 50);
        create table signed_request (
          digest bytea primary key,
          expires timestamptz not null
        );
        create index signed_request_expires on signed_request (expires);
        """
    )


def downgrade() -> None:
    """Never: a chain that was cut is what it is to find."""
    raise RuntimeError("the audit chain is not taken back")
