"""Items that take effect later are told when their moment has come."""

from services.chassis.service import Sweep
from services.chassis.work import Work
from services.intake.network import storage


def sweeps() -> tuple[Sweep, ...]:
    """What this room does in the tick role."""
    return (Sweep("network_effective", 10.0, publish_due),)


async def publish_due(work: Work) -> int:
    """Say what took effect since the last look; how many facts that were."""
    if not await storage.is_due(work, await work.read_time()):
        return 0
    await storage.lock_network(work)
    await work.take_time()
    return len(await storage.publish(work))
