"""`baton logs`: what the parts of this folder said."""

from typing import Annotated

import typer


def logs(
    names: Annotated[
        list[str] | None, typer.Argument(help="supervisor, prepare, serve, kafka, postgres, mailbox")
    ] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="how many of the last lines of each")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on with what is added")] = False,
) -> None:
    """Print the logs of what runs in this folder (BATON_HOME), each line after its log's name.

    Example: baton logs serve --follow
    """
    import contextlib
    import os

    from deploy.local.logs import logs as read
    from deploy.local.places import home_folder

    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        for line in read(home_folder(os.environ), names=names or (), lines=lines, follow=follow):
            typer.echo(line)
