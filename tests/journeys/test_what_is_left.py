"""After the journeys: `baton doctor` waits for rest and finds every law kept, through each service's own role."""

import json

from tests.journeys.processes import BATON, said_by
from tests.journeys.world import World


async def test_doctor_finds_every_law_kept(world: World) -> None:
    leads = [await world.post("kelp-soloby"), await world.post("gorse-lowmoor")]
    await world.attempt(await world.owned(leads[0]), leads[0])
    verdicts = json.loads(await said_by((*BATON, "doctor", "--wait", "30s", "--json"), world.environment))
    assert [verdict for verdict in verdicts if verdict["broken"]] == []
    assert sum(verdict["checked"] or 0 for verdict in verdicts) > 20
