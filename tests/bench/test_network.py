from pathlib import Path

import httpx

from tests.bench.network import COORDINATORS, ROOM, SITES_OF_A_STUDY, STUDIES, network
from tests.doors import Doors


async def test_intake_takes_the_network_as_it_is(doors: Doors, tmp_path: Path) -> None:
    client: httpx.AsyncClient = await doors.ask("intake", "operator:local")
    answer = await client.put("/intake/v1/network", json=network(), params={"dry_run": "true"})
    assert answer.status_code == 200, answer.text


def test_there_is_room_for_every_lead_of_a_run() -> None:
    coordinators = [one for one in network()["staff"] if one["capacity"]]
    assert len(coordinators) == len(STUDIES) * SITES_OF_A_STUDY * COORDINATORS
    assert sum(one["capacity"] for one in coordinators) == 96 * ROOM
