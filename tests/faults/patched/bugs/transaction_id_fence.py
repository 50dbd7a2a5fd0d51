"""The relay sends in the order of transaction ids, and only what is older than every open transaction.

It loses nothing; but a transaction has its id before it has a key's lock, so two of one key may come the wrong way
round.
"""

from services.chassis.relay import poll
from tests.faults.patched.patching import rewrite

_FENCE = "and xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def plant() -> None:
    """In the one statement that polls."""
    rewrite(
        poll,
        "_POLL",
        ("headers, body from outbox\n", "headers, body, xmin::text::bigint as xid from outbox\n"),
        ("headers, body from (\n", "headers, body, xid from (\n"),
        ("over (order by id)", "over (order by xid, id)"),
        ("order by id limit $4", "order by xid, id limit $4"),
        ("not held and stream = any ($3)", f"not held and stream = any ($3) {_FENCE}"),
        ("order by sized.shard, sized.id", "order by sized.shard, sized.xid, sized.id"),
    )
