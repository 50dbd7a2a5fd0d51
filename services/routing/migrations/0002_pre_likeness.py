"""Who is like whom: signatures, sealed, and the pairs that an equal token brought together and that hold."""

from services.chassis.migrations_kit import protect, run_sql

revision = "routing0002"
down_revision = "routing0001"


def upgrade() -> None:
    """A pair is judged once, when the later lead's tokens come."""
    run_sql(
        """
        create table match_signature (
          lead uuid primary key, study text not null, site text not null, partner text not null,
          is_test boolean not null, sealed bytea not null
        );
        create table match_pair (
          lead uuid not null, earlier uuid not null, study text not null, site text not null, seq bigint not null,
          kinds text[] not null, sure boolean not null, confidence smallint not null,
          one_name text not null, other_name text not null, birth text not null, place text not null,
          primary key (lead, earlier)
        );
        create index match_pair_earlier on match_pair (earlier);
        """
    )
    protect("match_signature", "site")
    protect("match_pair", "site")


def downgrade() -> None:
    """Never: what was compared is not taken back."""
    raise RuntimeError("comparisons are not taken back")
