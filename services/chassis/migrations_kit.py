"""What migrations share: plain SQL scripts, and the second wall around domain rows (privacy.md, "Who gets in")."""

from alembic import op
from sqlalchemy.util import await_only


def run_sql(script: str) -> None:
    """Several statements as they stand, in the migration's own transaction; no placeholders, no escapes."""
    bind = op.get_bind()
    bind.exec_driver_sql("select 1")  # the driver opens its transaction with the first statement it is given
    driver = bind.connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))


def protect(table: str, *columns: str) -> None:
    """Row-level security on a domain table: `*`, or a caller whose scope names one of these columns' items.

    `protect("lead", "site")` shows a row to the scope `site/<its site>`. The owner role is bound by it as well.
    """
    seen = " or ".join(f"baton_sees('{column}/' || {column})" for column in columns)
    run_sql(
        f"alter table {table} enable row level security;"
        f"alter table {table} force row level security;"
        f"create policy mine on {table} using ({seen}) with check ({seen});"
    )
