"""What partners are told of their own referrals: refusals by code, referrals taken back, and a way to list both."""

from services.chassis.migrations_kit import protect, run_sql

revision = "intake0004"
down_revision = "intake0003"

_RECEIPTS = """
create index referral_listed on referral (partner, received_at, lead);
create table refusal (
  id uuid primary key,
  partner text not null,
  route text,
  code text not null,
  is_test boolean not null,
  refused_at timestamptz not null
);
create index refusal_listed on refusal (partner, refused_at, id);
create index refusal_old on refusal (refused_at);
create table withdrawal (
  lead uuid primary key references referral,
  partner text not null,
  study text not null,
  site text not null,
  withdrawn_at timestamptz not null
);
create table referral_lacks (
  lead uuid primary key references referral,
  partner text not null,
  fields text[] not null
);
create index withdrawal_listed on withdrawal (partner, withdrawn_at, lead);
"""


def upgrade() -> None:
    """A refusal has no person in it, and no site reads it; a withdrawal is of a referral and has its tenants."""
    run_sql(_RECEIPTS)
    protect("refusal", "partner")
    protect("withdrawal", "partner", "site")
    protect("referral_lacks", "partner")


def downgrade() -> None:
    """Never: what was told stays told."""
    raise RuntimeError("receipts are not taken back")
