"""How often each partner over-shared: counts only."""

from services.chassis.migrations_kit import protect, run_sql

revision = "intake0003"
down_revision = "intake0002"


def upgrade() -> None:
    """One row a route, field and day in UTC."""
    run_sql(
        """
        create table over_sharing (
          partner text not null,
          study text not null,
          site text not null,
          route text not null,
          field text not null,
          day date not null,
          times integer not null,
          primary key (partner, route, field, day)
        );
        """
    )
    protect("over_sharing", "partner", "site")


def downgrade() -> None:
    """Never: what a partner did is not taken back."""
    raise RuntimeError("counts of over-sharing are not taken back")
