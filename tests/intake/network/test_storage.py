"""Items as they are in force at a moment, on real PostgreSQL."""

from datetime import UTC, datetime

from services.chassis.database import Database
from services.intake.network import storage
from services.intake.network.rules.items import Material, Partner, Policy, Sponsor
from tests.intake.network.conftest import Room
from tests.intake.network.samples import SMALL, changed, items

YEARS = {year: datetime(year, 7, 1, tzinfo=UTC) for year in range(2025, 2032)}
SECOND = SMALL[SMALL.index("  - id: alder-partner") : SMALL.index("routes:")].replace("version: 1", "version: 2")
LATER = f"effective_from: 2028-01-01\nreviewed_on: 2026-01-01\nmaterials:\n{SECOND}"


async def stored(database: Database, *texts: str) -> None:
    """One revision of each item after the other, without a door."""
    for text in texts:
        async with database.work("operator:main") as work:
            await work.take_time()
            await storage.add_revisions(work, items(text))


async def test_an_item_is_in_force_from_its_moment_on(room: Room) -> None:
    await stored(room.database, SMALL)
    async with room.database.work("system:test") as work:
        assert await storage.item(work, Sponsor, "northfield", YEARS[2025]) is None
        found = await storage.item(work, Sponsor, "northfield", YEARS[2026])
        assert found == next(item for item in items(SMALL) if item.key == "sponsor/northfield")
        assert await storage.item(work, Partner, "northfield", YEARS[2026]) is None
        assert [one.id for one in await storage.items(work, Policy, YEARS[2026])] == ["typical"]


async def test_the_highest_revision_that_took_effect_counts(room: Room) -> None:
    def named(name: str, since: str) -> str:
        return changed(
            "{id: northfield, name: Northfield}", f"{{id: northfield, name: {name}, effective_from: {since}}}"
        )

    await stored(room.database, named("First", "2026-01-05"), named("Planned", "2028-01-01"))
    assert await names(room.database, 2026, 2027, 2028) == ["First", "First", "Planned"]
    await stored(room.database, named("Corrected", "2027-01-01"))
    assert await names(room.database, 2026, 2027, 2028) == ["First", "Corrected", "Corrected"]


async def test_versions_of_a_material_stand_beside_each_other(room: Room) -> None:
    await stored(room.database, SMALL, LATER)
    async with room.database.work("system:test") as work:
        assert [one.version for one in await storage.versions(work, "alder-partner", YEARS[2027])] == [1]
        assert [one.version for one in await storage.versions(work, "alder-partner", YEARS[2028])] == [1, 2]
        assert await storage.versions(work, "alder", YEARS[2028]) == ()
        assert await storage.material(work, "alder-partner", 2, YEARS[2027]) is None
        second = await storage.material(work, "alder-partner", 2, YEARS[2028])
        assert isinstance(second, Material)
        assert second.version == 2


async def test_an_offer_is_a_route_with_everything_a_door_judges(room: Room) -> None:
    await stored(room.database, SMALL, LATER)
    async with room.database.work("system:test") as work:
        asked = ["openhand-alder-eastmere", "openhand-alder-marlow"]
        offers = await storage.offers(work, asked, YEARS[2028])
        assert list(offers) == ["openhand-alder-eastmere"]
        found = offers["openhand-alder-eastmere"]
        assert (found.route.id, found.study.id, found.site.id) == ("openhand-alder-eastmere", "alder", "eastmere")
        assert [one.id for one in found.agreements] == ["openhand-2026"]
        assert [one.stored_id for one in found.materials] == ["alder-partner@1", "alder-partner@2"]
        assert await storage.offers(work, asked, YEARS[2025]) == {}


async def test_an_agreement_that_changed_hands_is_offered_to_its_new_partner_only(room: Room) -> None:
    second = changed("  - {id: openhand, name", "  - {id: other, name: Other}\n  - {id: openhand, name")
    second = changed("    partner: openhand\n    channels", "    partner: other\n    channels", second)
    await stored(room.database, SMALL, second)
    async with room.database.work("system:test") as work:
        found = (await storage.offers(work, ["openhand-alder-eastmere"], YEARS[2028]))["openhand-alder-eastmere"]
        assert found.agreements == ()


async def names(database: Database, *years: int) -> list[str]:
    async with database.work("system:test") as work:
        found = [await storage.item(work, Sponsor, "northfield", YEARS[year]) for year in years]
    return [one.name if one else "" for one in found]
