"""`baton status`: what runs in this folder."""

import typer


def status() -> None:
    """Print what `baton up` keeps running in this folder (BATON_HOME); ends with 1 unless all of it runs.

    Example: baton status
    """
    import os

    from deploy.local.control import status as look
    from deploy.local.places import home_folder
    from services.cli.tables import print_table

    state = look(home_folder(os.environ))
    if state is None:
        typer.echo("nothing was ever started here")
        raise typer.Exit(1)
    rows = []
    for part in state.parts:
        pid = str(part.process.pid) if part.process and part.runs() else "-"
        exit_code = "-" if part.last_exit is None else str(part.last_exit)
        since = f"{part.since:%Y-%m-%d %H:%M:%S}"
        rows.append((part.name, "yes" if part.runs() else "NO", pid, since, str(part.restarts), exit_code))
    typer.echo(
        f"{state.phase} since {state.since:%Y-%m-%d %H:%M:%S} UTC; Kafka {state.kafka}; PostgreSQL {state.database}"
    )
    print_table(("part", "runs", "pid", "since (UTC)", "restarts", "last exit"), rows, empty="nothing runs")
    if state.error:
        typer.echo(state.error)
    if state.phase != "ready" or not all(part.runs() for part in state.parts):
        raise typer.Exit(1)
