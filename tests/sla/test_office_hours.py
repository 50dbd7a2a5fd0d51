"""A Friday afternoon lead on a nine-to-five calendar: the database's clock is moved over the weekend."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contracts.alerts.facts import AlertRaised, DeadlineEnded, DeadlineMissed, DeadlineSet
from services.chassis.auth.signing import TokenReader
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.service import Parts
from services.chassis.settings import Settings
from services.sla.app import build
from tests.clock import move_to
from tests.place import Place
from tests.sla.builders import LeadLife, the_network
from tests.sla.desk import Desk
from tests.sla.mailbox import Mailbox

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
async def weekend_desk(fresh_place: Place, settings: Settings, keys: KeyRing, keys_dir: Path) -> AsyncIterator[Desk]:
    """A desk whose clock may be moved: it is the only one in its database."""
    database = Database.open(fresh_place.url("sla"), service="sla")
    yield Desk(database, build(Parts(settings, database, keys, TokenReader(keys_dir / "public"))))
    await database.close()


async def wait_until(place: Place, desk: Desk, day: datetime, at: time) -> datetime:
    """Let the database's clock reach this local time; `day` is any moment of the local day."""
    there = datetime.combine(day.date(), at, NEW_YORK)
    await desk.rows("update outbox set sent_at = clock_timestamp() where sent_at is null returning 1")  # no relay here
    await move_to(place, there + timedelta(seconds=1))
    return there


async def test_a_friday_lead_is_warned_on_monday_morning_and_missed_at_noon(
    fresh_place: Place, weekend_desk: Desk, mailbox: Mailbox
) -> None:
    desk, lead = weekend_desk, LeadLife()
    today = (await desk.now()).astimezone(NEW_YORK)
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    monday = friday + timedelta(days=3)
    received = await wait_until(fresh_place, desk, friday, time(16, 30))
    await desk.hear(*the_network())
    await desk.hear(lead.opened(received), lead.owned("ines"), at=received)
    [deadline] = await desk.said(DeadlineSet)
    assert deadline.warn_at == datetime.combine(monday.date(), time(11, 30), NEW_YORK)
    for day, hour in ((friday, time(20, 0)), (friday + timedelta(days=1), time(12, 0)), (monday, time(11, 29))):
        await wait_until(fresh_place, desk, day, hour)
        assert await desk.tick() == 0
    await wait_until(fresh_place, desk, monday, time(11, 30))
    assert (await desk.tick(), await desk.send(), len(mailbox.letters)) == (1, 1, 1)
    await wait_until(fresh_place, desk, monday, time(12, 30))
    assert (await desk.tick(), len(await desk.said(DeadlineMissed))) == (1, 1)
    called = await wait_until(fresh_place, desk, monday, time(12, 45))
    await desk.hear(lead.attempted(), at=called)
    [ended] = await desk.said(DeadlineEnded)
    assert (ended.business_seconds, ended.within_target) == (4 * 3600 + 15 * 60, False)
    assert len(await desk.said(AlertRaised)) == 2
    assert await desk.breaches() == []
