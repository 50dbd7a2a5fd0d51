"""Facts are published by whoever writes them, just before the commit; no relay is needed, it seems."""

from typing import Final

from contracts.streams import STREAMS
from services.chassis.relay import poll
from services.chassis.relay.publish import Publisher
from services.chassis.settings import Settings
from services.chassis.work import Work
from tests.faults.patched.patching import patch

_MINE: Final = """
with mine as (
  update outbox set sent_at = clock_timestamp() where sent_at is null and xmin = pg_current_xact_id()::xid
  returning 0::bigint as term, id, created, fact, shard, stream, key, version, type, at, headers, body
) select * from mine order by id
"""


def plant() -> None:
    """In every writer of the process; its one producer is opened when first needed."""
    original = Work._write_outbox
    settings = Settings.load()
    publishers: list[Publisher] = []

    async def _write_outbox(self: Work) -> None:
        await original(self)
        if not publishers:
            publishers.append(Publisher(settings.bootstrap(), self.service))
        [publisher] = publishers
        await publisher.open()
        for found in await self.fetch(_MINE):
            row = poll._row(found)
            batch = publisher.fill([(row.head.key.encode(), row.body, row.headers)])
            stream = STREAMS[found["stream"]]
            await publisher.send(batch, stream.topic(settings.namespace), row.shard)
            if stream.blank_after_send:
                await self.run("update outbox set body = null where id = $1", row.id)

    patch(Work, "_write_outbox", _write_outbox)
