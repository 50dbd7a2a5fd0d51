"""`baton`: every verb, one line each. A verb is a file that imports what it needs when it runs: `--help` is fast."""

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from services.cli import (
    apply,
    audit,
    demo,
    doctor,
    down,
    irb_pack,
    key,
    logs,
    migrate,
    outbox,
    parked,
    plan,
    privacy_sheet,
    restore,
    serve,
    session,
    sign_in,
    status,
    topics,
    unreadable,
    up,
)
from services.cli.errors import told


class Verbs(TyperGroup):
    """Tells its user what went wrong in a sentence, and ends with 1; a traceback is for faults of ours."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `baton ... | head` has seen enough
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - what is left to be flushed at the end goes nowhere
            raise typer.Exit(0) from None
        except Exception as error:
            text = None if isinstance(error, typer.Exit | typer.Abort | typer.TyperException) else told(error)
            if text is None:
                raise
        for line in text.splitlines():
            typer.echo(f"baton: {line}", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    name="baton",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Referral hand-off and follow-up: no referral is dropped, and nobody sees more of a person than needed.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("up")(up.up)
app.command("down")(down.down)
app.command("status")(status.status)
app.command("logs")(logs.logs)
app.command("serve")(serve.serve)
app.command("migrate")(migrate.migrate)
app.command("topics")(topics.topics)
app.command("plan")(plan.plan)
app.command("apply")(apply.apply)
app.command("irb-pack")(irb_pack.irb_pack)
app.command("privacy-sheet")(privacy_sheet.privacy_sheet)
app.command("sign-in")(sign_in.sign_in)
app.command("restore")(restore.restore)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
app.add_typer(key.app, name="key")
app.add_typer(audit.app, name="audit")
app.add_typer(session.app, name="session")
app.add_typer(parked.app, name="parked")
app.add_typer(unreadable.app, name="unreadable")
app.add_typer(outbox.app, name="outbox")
