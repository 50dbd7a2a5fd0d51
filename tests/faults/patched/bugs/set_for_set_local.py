"""A caller's scope is set on the connection and not on the transaction: the pool gives it to the next caller.

With `set local` a caller of whom nothing is known sees nothing, since nothing is set; with `set` they see what the one
before them saw.
"""

from services.chassis import transaction
from services.chassis.work import Work
from tests.faults.patched.patching import patch, rewrite

_LOCAL = "set_config('baton.scope', '{}', true)"
_SESSION = "case when '{0}' <> '' then set_config('baton.scope', '{0}', false) end"


def plant() -> None:
    """Where a transaction begins, and where its caller is known."""
    rewrite(transaction, "_BEGIN", (_LOCAL, _SESSION))
    patch(Work, "set_scope", _set_scope)


async def _set_scope(self: Work, scope: str) -> None:
    if self._raw is not None and scope:
        await self.run("select set_config('baton.scope', $1, false)", scope)
    self._transaction.scope = scope
