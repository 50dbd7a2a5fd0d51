"""`baton migrate`: bring the database to this release."""

import asyncio

import typer


def migrate() -> None:
    """Make or bring up to date every service's role, schema and tables, as the administrator. Harmless to repeat.

    Example: BATON_DATABASE_URL=postgresql://admin:secret@db/baton baton migrate
    """
    from services.chassis.migrate import migrate as run
    from services.chassis.process.world import engine_url
    from services.cli.here import settings_here
    from services.cli.names import SERVICES

    settings = settings_here()
    urls = {name: engine_url(settings.service_url(name)) for name in SERVICES}
    asyncio.run(run(engine_url(settings.administrator_url()), urls, test_clock=settings.test_clock, say=typer.echo))
