"""Hours and nights without waiting for them: the database's clock is moved, for all services at once, at rest."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from deploy.local.choose import Infrastructure
from tests.clock import move_to
from tests.journeys.world import World, a_world, wait_for
from tests.place import Place, drop_place, make_place

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def moved_place(infra: Infrastructure) -> Iterator[Place]:
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="module")
async def moved(moved_place: Place, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world whose clock these tests move, each further ahead than the one before."""
    async with a_world(moved_place, tmp_path_factory.mktemp("moved")) as opened:
        yield opened


async def _become(world: World, at: datetime) -> None:
    """Let it be `at`, and wait until sla has heard everything that was true before."""
    await world.at_rest()
    await move_to(world.place, at)

    async def heard() -> bool:
        [row] = await world.rows("select min(counted_at) as at, count(counted_at) as n from sla.heard")
        return bool(row["n"] == 12 and row["at"] >= at)

    await wait_for(heard)


async def test_a_lead_that_is_answered_in_time_alerts_nobody(moved: World) -> None:
    answered, silent = await moved.post("kelp-soloby"), await moved.post("kelp-soloby")
    await moved.owned(silent)
    await moved.attempt(await moved.owned(answered), answered)
    await moved.heard("alerts", answered, "DeadlineEnded")
    await _become(moved, await moved.now() + timedelta(hours=9))
    await moved.heard("alerts", silent, "DeadlineWarned", "DeadlineMissed", "AlertRaised", "AlertDelivered")
    assert await moved.said("alerts", answered) == ["DeadlineSet", "DeadlineEnded"]
    mails = moved.mails("hanno@soloby.example")
    assert [mail for mail in mails if silent in mail.get_content()]
    assert not [mail for mail in mails if answered in mail.get_content()]


async def test_no_alert_at_night_and_one_in_the_morning_after_an_hour_of_opening(moved: World) -> None:
    evening = datetime.combine((await moved.now()).astimezone(LONDON).date(), time(20), LONDON) + timedelta(days=1)
    while evening.weekday() > 3:  # the next morning has to be a weekday
        evening += timedelta(days=1)
    morning = datetime.combine(evening.date() + timedelta(days=1), time(), LONDON)
    await _become(moved, evening.astimezone(UTC))
    lead = await moved.post("juniper-chalkton")
    owner = await moved.owned(lead)
    await moved.heard("alerts", lead, "DeadlineSet")
    [deadline] = await moved.facts("alerts", lead)
    assert (deadline.body.warn_at, deadline.body.breach_at) == (morning.replace(hour=10), morning.replace(hour=11))

    await _become(moved, morning.replace(hour=8, minute=59).astimezone(UTC))
    assert await moved.said("alerts", lead) == ["DeadlineSet"], "thirteen hours without one of opening"
    await _become(moved, morning.replace(hour=10, minute=1).astimezone(UTC))
    await moved.heard("alerts", lead, "DeadlineWarned", "AlertRaised", "AlertDelivered")
    assert "DeadlineMissed" not in await moved.said("alerts", lead)
    [mail] = moved.mails(f"{owner}@chalkton.example")
    assert mail["subject"].startswith("JU-404")
    await _become(moved, morning.replace(hour=11, minute=1).astimezone(UTC))
    await moved.heard("alerts", lead, "DeadlineMissed")
