"""The sponsor's summary over HTTP: its own studies only, small counts withheld, said how far it is complete."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.network.facts import StudyDefined, StudySite
from contracts.streams import PARTITIONS
from contracts.vocabulary import Milestone, Priority, Recruiting
from services.chassis.copies import Copies
from services.chassis.database import Database
from services.reporting.measures.handlers import on_facts
from tests.doors import Doors
from tests.facts import fact
from tests.reporting.builders import reached, received

SMALL = {"withheld": "small"}


@pytest.fixture
def study() -> str:
    return f"study-{uuid4().hex[:8]}"


async def defined(
    database: Database, study: str, sponsor: str, *, sites: tuple[str, ...] = ("eastmere", "wrenfield")
) -> None:
    body = StudyDefined(
        study=study,
        code="AL-204",
        sponsor=sponsor,
        policy="typical",
        priority=Priority.ROUTINE,
        recruiting=Recruiting.RECRUITING,
        sites=tuple(StudySite(site=site, recruiting=Recruiting.RECRUITING) for site in sites),
    )
    async with database.work("system:test") as work:
        await Copies().store(work, [fact(body)])


async def test_large_counts_are_shown_and_small_ones_withheld(doors: Doors, study: str) -> None:
    database = doors.parts("reporting").database
    await defined(database, study, "northfield")
    many, few = [received(study) for _ in range(40)], [received(study, site="wrenfield") for _ in range(3)]
    async with database.work("system:test") as work:
        await on_facts(work, [*many, *few])
        await on_facts(work, [reached(lead, Milestone.OWNED) for lead in many[:20]])
    client = await doors.ask("reporting", "sponsor:northfield")
    moved = (await client.get(f"/reports/v1/studies/{study}/summary")).json()["movement"]
    assert (moved["people"]["accepted"], moved["people"]["owned"]) == (43, 20)
    by_site = {row["id"]: row["people"]["accepted"] for row in moved["by_site"]}
    assert by_site == {"eastmere": SMALL, "wrenfield": SMALL}, "43 - 40 would tell the 3"


async def test_a_site_where_nobody_came_has_a_row_like_any_other(doors: Doors, study: str) -> None:
    database = doors.parts("reporting").database
    await defined(database, study, "northfield", sites=("eastmere", "wrenfield", "marlow-quay"))
    async with database.work("system:test") as work:
        await on_facts(work, [received(study) for _ in range(5)])
    client = await doors.ask("reporting", "sponsor:northfield")
    summary = (await client.get(f"/reports/v1/studies/{study}/summary")).json()
    rows = {row["id"]: row["people"] for row in summary["movement"]["by_site"]}
    assert rows["eastmere"] == rows["wrenfield"] == rows["marlow-quay"]
    assert summary["movement"]["by_week"] == []
    assert summary["closed"]["counts"]["person"] == SMALL


async def test_another_sponsors_study_is_not_there(doors: Doors, study: str) -> None:
    await defined(doors.parts("reporting").database, study, "northfield")
    client = await doors.ask("reporting", "sponsor:brindle")
    answers = [await client.get(f"/reports/v1/studies/{one}/summary") for one in (study, "no-such-study")]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("partner:openhand", 403), ("staff:ines", 403)])
async def test_only_sponsors_read_it(doors: Doors, study: str, who: str | None, status: int) -> None:
    client = await doors.ask("reporting", who)
    assert (await client.get(f"/reports/v1/studies/{study}/summary")).status_code == status


async def test_it_is_complete_up_to_the_earliest_watermark_of_all(doors: Doors, study: str) -> None:
    database = doors.parts("reporting").database
    await defined(database, study, "northfield")
    early = datetime(2026, 3, 2, 14, 3, 7, tzinfo=UTC)
    client = await doors.ask("reporting", "sponsor:northfield")
    async with database.work("system:test") as work:
        await work.run("delete from heard")
    nobody = (await client.get(f"/reports/v1/studies/{study}/summary")).json()
    async with database.work("system:test") as work:
        for stream in ("referrals", "leads", "alerts"):
            await work.run("insert into reader (stream) values ($1) on conflict do nothing", stream)
            await work.run(
                "insert into heard (stream, partition, counted_at, counted_offset) "
                "select $1, p, $2::timestamptz + p * interval '1 s', 0 from generate_series(0, $3::int - 1) p",
                stream,
                early,
                PARTITIONS,
            )
    heard = (await client.get(f"/reports/v1/studies/{study}/summary")).json()
    assert nobody["complete_up_to"] is None
    assert heard["complete_up_to"] == "2026-03-02T14:03:07.000000Z"


_HELD = """
insert into heard (stream, partition, counted_at, held, held_more) values ('leads', 0, now(), '{a, b}', 1)
"""


async def test_parked_and_held_keys_are_named_as_a_count(doors: Doors, study: str) -> None:
    """Two facts of one parked key, and three keys that routing's relay holds: four, without a name."""
    database = doors.parts("reporting").database
    await defined(database, study, "northfield")
    client = await doors.ask("reporting", "sponsor:northfield")
    async with database.work("system:test") as work:
        await work.run("delete from heard")
        await work.run("delete from parked")
    before = (await client.get(f"/reports/v1/studies/{study}/summary")).json()
    async with database.work("system:test") as work:
        await work.run(
            'insert into parked (stream, key, version, topic, partition, "offset", why, head) '
            "select 'leads', $1, v, 't', 0, v, 'gap', '{}' from generate_series(2, 3) v",
            study,
        )
        await work.run(_HELD)
    after = (await client.get(f"/reports/v1/studies/{study}/summary")).json()
    async with database.work("system:test") as work:
        await work.run("delete from parked where key = $1", study)
        await work.run("delete from heard")
    assert (before["incomplete_keys"], after["incomplete_keys"]) == (0, 4)
