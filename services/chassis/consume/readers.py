"""All readers of one service in one process: the consume role."""

import asyncio
from collections.abc import Mapping, Sequence

from services.chassis.consume.listen import Listener
from services.chassis.consume.reader import SESSION_TIMEOUT, Progress, Reader
from services.chassis.database import Database
from services.chassis.service import Reads


class Readers:
    """One `Reader` for each stream the service hears, and the watermarks of those whose every fact counts."""

    def __init__(
        self,
        database: Database,
        reads: Sequence[Reads],
        *,
        kafka: str,
        namespace: str,
        session_timeout: float = SESSION_TIMEOUT,
    ) -> None:
        self.readers = tuple(
            Reader(database, one, kafka=kafka, namespace=namespace, session_timeout=session_timeout) for one in reads
        )
        watched = [reader for reader, one in zip(self.readers, reads, strict=True) if one.watched]
        self._listener = Listener(database, watched, kafka=kafka, namespace=namespace) if watched else None

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop`; no error ends it."""
        loops = [reader.run(stop) for reader in self.readers]
        if self._listener is not None:
            loops.append(self._listener.run(stop))
        await asyncio.gather(*loops)

    @property
    def connected(self) -> bool:
        """Whether every reader has its Kafka client (readiness; never a reason to end)."""
        return all(reader.progress.connected for reader in self.readers)

    @property
    def progress(self) -> Mapping[str, Progress]:
        """How each reader is doing, by stream."""
        return {reader.stream.name: reader.progress for reader in self.readers}
