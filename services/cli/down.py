"""`baton down`: stop what `baton up` started in this folder."""

import typer


def down() -> None:
    """Stop what `baton up` started in this folder (BATON_HOME), and nothing else. Its data stays.

    Example: baton down
    """
    import os

    from deploy.local.control import down as stop
    from deploy.local.places import home_folder

    typer.echo("stopped" if stop(home_folder(os.environ), say=typer.echo) else "nothing runs here")
