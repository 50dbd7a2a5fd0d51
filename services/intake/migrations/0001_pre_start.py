"""Who gets in, what came, where its details lie, what a person permitted, how many a route took this week."""

from services.chassis.migrations_kit import protect, run_sql

revision = "intake0001"
down_revision = None

_ACCESS = """
create table api_key (
  id uuid primary key default uuidv7(),
  kind text not null,
  owner text not null,
  digest bytea not null unique,
  pepper smallint not null,
  created timestamptz not null default clock_timestamp(),
  expires timestamptz not null,
  revoked_at timestamptz
);
create index api_key_owner on api_key (kind, owner);
"""

_REFERRALS = """
create table referral (
  lead uuid primary key,
  shard smallint not null,
  partner text not null,
  study text not null,
  site text not null,
  route text not null,
  channel text not null,
  is_test boolean not null,
  received_at timestamptz not null,
  material text not null,
  material_version integer not null,
  material_superseded boolean not null,
  basis text not null,
  basis_given_on date,
  external_key bytea not null,
  content_key bytea not null,
  pepper smallint not null,
  unique (partner, external_key)
);
create index referral_shard on referral (shard);
create table route_week (
  partner text not null,
  route text not null,
  week date not null,
  taken integer not null,
  primary key (partner, route, week)
);
"""

_CONTACTS = """
create table vault (
  lead uuid primary key references referral,
  partner text not null,
  study text not null,
  site text not null,
  key_id uuid not null unique,
  given_name bytea,
  family_name bytea,
  birth bytea,
  phone bytea,
  email bytea,
  postcode bytea,
  external_id bytea,
  basis_reference bytea
);
create table permission (
  id uuid primary key default uuidv7(),
  lead uuid not null references referral,
  partner text not null,
  study text not null,
  site text not null,
  channel text not null,
  granted boolean not null,
  wording text not null,
  given_at timestamptz not null,
  said_at timestamptz not null
);
create index permission_lead on permission (lead);
create function permission_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the permission ledger is append-only' using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on permission
  for each row execute function permission_is_append_only();
"""


def upgrade() -> None:
    """Keys are looked up before a scope exists, so `api_key` has no policy; it holds no person."""
    for part in (_ACCESS, _REFERRALS, _CONTACTS):
        run_sql(part)
    for table in ("referral", "vault", "permission"):
        protect(table, "partner", "site")
    protect("route_week", "partner")


def downgrade() -> None:
    """Never: what was accepted is not taken back."""
    raise RuntimeError("intake's referrals are not taken back")
