"""`python -m services.cli`: the same as `baton`, for processes that we start ourselves."""

from services.cli.main import app

app()
