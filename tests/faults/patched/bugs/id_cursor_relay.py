"""The relay remembers the highest id it has sent and asks for what is above: a slow writer's rows are passed over."""

from services.chassis.relay import poll
from tests.faults.patched.patching import rewrite

_UNSENT = "where shard = lease.shard and sent_at is null"
_ABOVE = (
    "where shard = lease.shard and id > coalesce((select max(sent.id) from outbox as sent "
    "where sent.shard = lease.shard and sent.sent_at is not null), 0)"
)


def plant() -> None:
    """In the one statement that polls."""
    rewrite(poll, "_POLL", (_UNSENT, _ABOVE))
