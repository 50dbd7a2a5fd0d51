"""What a verb tells its user instead of a traceback."""

from typing import Final

_DATABASE_DOWN: Final = ("08", "57")


class Fault(Exception):
    """Something the user can mend. The text says what, and never repeats a secret or anything about a person."""


def told(error: Exception) -> str | None:
    """The sentence for an error a user can do something about; None for a fault of ours, which keeps its traceback."""
    from asyncpg import InvalidAuthorizationSpecificationError, InvalidPasswordError, UndefinedTableError

    from deploy.local.errors import StackError
    from services.chassis.crypto.secrets import SecretsError
    from services.chassis.faults import is_transient, sqlstate_of
    from services.chassis.migrate import OddLogin
    from services.chassis.process.world import UnknownService
    from services.chassis.settings import SettingsError

    if isinstance(error, Fault | SettingsError | SecretsError | StackError | OddLogin):
        return str(error)
    if isinstance(error, UnknownService):
        return f"there is no service {error} in this release"
    state = sqlstate_of(error)
    if state in (InvalidPasswordError.sqlstate, InvalidAuthorizationSpecificationError.sqlstate):
        return "the database refused the login: check the address in BATON_*_DATABASE_URL, then `baton migrate`"
    if state in (UndefinedTableError.sqlstate, "3F000"):
        return "the database has no schema of this release: run `baton migrate` first"
    if state is not None and not state.startswith(_DATABASE_DOWN):
        return None
    if is_transient(error):
        return f"PostgreSQL or Kafka does not answer ({type(error).__name__})"
    return None
