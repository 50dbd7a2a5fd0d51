"""`baton up`: keep the whole system running in the background."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from deploy.local.plan import Addresses, Serve


def up() -> None:
    """Start Kafka, PostgreSQL, a mailbox and every service in the background; print where they answer.

    Everything lies in BATON_HOME (default ./.baton). Servers given by BATON_KAFKA with BATON_DATABASE_URL, or by
    BATON_SMTP_URL, are used instead of own ones. Stop it with `baton down`.

    Example: BATON_HOME=/srv/baton baton up
    """
    import os

    from deploy.local.control import up as start
    from deploy.local.places import home_folder
    from services.cli.local import serve_all, settings_for

    home = home_folder(os.environ)
    settings: dict[str, str] = {}

    def wanted(addresses: "Addresses") -> "Serve":
        settings.update(settings_for(addresses, home, os.environ))
        return serve_all(addresses, home, os.environ)

    state = start(home, wanted, say=typer.echo)
    typer.echo(f"Baton answers on  {settings['BATON_PUBLIC_URL']}")
    typer.echo(f"health, metrics   http://{settings['BATON_ADMIN_HTTP']}/readyz  /metrics")
    if state.mailbox_url:
        typer.echo(f"mail it sends     {state.mailbox_url}")
    typer.echo(f"Kafka             {state.kafka}")
    typer.echo(f"PostgreSQL        {state.database}")
    typer.echo("Next: `baton apply <network file>`. Look with `baton status`, stop with `baton down`.")
