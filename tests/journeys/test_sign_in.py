"""A coordinator's browser, and the log of what was done: through the whole running Baton."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.chassis.audit.verify import verify
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.intake.access.storage.sessions import end_sessions, make_link
from tests.journeys.world import World, wait_for

OURS = {"sec-fetch-site": "same-origin"}
QUEUE = "/desk/v1/queue"


@pytest.fixture
async def intake(world: World) -> AsyncIterator[Database]:
    database = Database.open(world.place.url("intake"), service="intake")
    yield database
    await database.close()


async def test_a_link_opens_the_desk_of_another_service_until_the_session_is_revoked(
    world: World, intake: Database
) -> None:
    ring = KeyRing.open(world.keys_dir, create=False)
    async with intake.work("system:operator") as work:
        link = await make_link(work, ring, "hanno")
    page = {"accept": "text/html"}
    async with httpx.AsyncClient(base_url=world.http, trust_env=False, headers=page) as browser:
        lost = await browser.get(QUEUE)
        assert (lost.status_code, lost.headers["location"]) == (
            303,
            f"/sign-in/refresh?next={QUEUE.replace('/', '%2F')}",
        )
        assert (await browser.post(f"/sign-in/link/{link}", headers=OURS)).status_code == 303
        assert (await browser.get(QUEUE)).status_code == 200
        del browser.cookies["baton_token"]  # as a browser does after its 60 s
        again = await browser.get(QUEUE, follow_redirects=True)
        assert (again.status_code, str(again.url).endswith(QUEUE)) == (200, True)
        async with intake.work("system:operator") as work:
            await end_sessions(work, staff="hanno", act="session_revoked")
        del browser.cookies["baton_token"]
        ended = await browser.get(QUEUE, follow_redirects=True)
        assert (ended.status_code, "Your session is over" in ended.text) == (401, True)


async def test_what_was_done_is_sealed_by_the_running_sealers(world: World, intake: Database) -> None:
    async def whole() -> bool:
        verdict = await verify(intake, world.keys_dir, world.keys_dir / "audit")
        assert verdict.wrong is None, verdict
        return verdict.sealed > 0 and not verdict.waiting and verdict.anchored == verdict.sealed

    assert await wait_for(whole, 60)
