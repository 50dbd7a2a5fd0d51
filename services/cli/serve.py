"""`baton serve`: run services."""

from typing import Annotated

import typer


def serve(
    services: Annotated[list[str], typer.Argument(help="intake, routing, sla, reporting, or all")],
    role: Annotated[
        list[str] | None, typer.Option(help="api, consume, relay, tick or send; several times. Default: all")
    ] = None,
) -> None:
    """Run services in this process until SIGTERM.

    Example: baton serve routing --role consume --role relay
    """
    from services.chassis.process.main import run_process
    from services.chassis.process.run import ROLES
    from services.chassis.settings import Settings
    from services.cli.errors import Fault
    from services.cli.names import chosen

    if unknown := [name for name in role or () if name not in ROLES]:
        raise Fault(f"there is no role {unknown[0]!r}; there are {', '.join(ROLES)}")
    names, settings = chosen(services), Settings.load()
    for name in names:
        settings.service_url(name)  # what is missing is told before anything is touched
    if set(role or ROLES) & {"consume", "relay"}:
        settings.bootstrap()
    try:
        run_process(names, role or ROLES, settings)
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise Fault(f"cannot listen where BATON_HTTP or BATON_ADMIN_HTTP says: {error.strerror}") from error
        raise
