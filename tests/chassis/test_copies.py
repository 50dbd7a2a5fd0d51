"""The network's copy: newest wins, placeholders are locked, who fills one sees who waits (delivery.md)."""

import asyncio
import json
from collections.abc import Callable, Mapping
from uuid import uuid4

from contracts.envelope import Fact, FactBody
from contracts.network.facts import SponsorDefined, StaffDefined
from contracts.vocabulary import StaffRole
from services.chassis.copies import Copies
from services.chassis.database import Database
from services.chassis.work import Work
from tests.facts import fact

Databases = Callable[[str], Database]
COPIES = Copies()


def a_sponsor(name: str, version: int, label: str = "Northfield") -> Fact[FactBody]:
    return fact(SponsorDefined(sponsor=name, name=label), version=version)


def a_name() -> str:
    return f"s-{uuid4().hex[:12]}"


def names_in(found: Mapping[str, FactBody]) -> dict[str, str]:
    return {key: body.name for key, body in found.items() if isinstance(body, SponsorDefined)}


async def stored(database: Database, *facts: Fact[FactBody]) -> None:
    async with database.work("system:test") as work:
        await COPIES.store(work, facts)


async def known(database: Database, *keys: str) -> Mapping[str, FactBody]:
    async with database.work("system:test") as work:
        return await COPIES.known(work, keys)


async def test_the_newest_wins_in_any_order_and_any_batches(database_of: Databases) -> None:
    routing, names = database_of("routing"), [a_name() for _ in range(2)]
    said = [a_sponsor(name, version, f"v{version}") for name in names for version in (3, 1, 4, 2)]
    await stored(routing, *said[:2], *said[4:])
    await stored(routing, *said[2:4])
    await stored(routing, *said)
    await stored(routing)
    async with routing.work("system:test") as work:
        found = await COPIES.present(work, [f"sponsor/{name}" for name in (*names, "nobody")])
    assert names_in(found) == {f"sponsor/{name}": "v4" for name in names}


async def test_who_fills_a_placeholder_waits_for_its_finder_and_sees_who_waits(database_of: Databases) -> None:
    routing, name = database_of("routing"), a_name()

    async def fill() -> int:
        async with routing.work("system:test") as work:
            await COPIES.store(work, [a_sponsor(name, 1)])
            return int(await work.value("select count(*) from audit where subject = $1", f"waits:{name}"))

    async with routing.work("system:test") as finder:
        assert await COPIES.known(finder, [f"sponsor/{name}"]) == {}
        filling = asyncio.create_task(fill())
        await asyncio.sleep(0.3)
        assert not filling.done()
        await finder.run("insert into audit (actor, act, subject, scope) values ('a', 'b', $1, '*')", f"waits:{name}")
    assert await filling == 1
    assert names_in(await known(routing, f"sponsor/{name}")) == {f"sponsor/{name}": "Northfield"}


async def test_who_finds_what_is_just_being_filled_waits_and_reads_it(database_of: Databases) -> None:
    routing, name = database_of("routing"), a_name()
    async with routing.work("system:test") as filler:
        await COPIES.store(filler, [a_sponsor(name, 1)])
        finding = asyncio.create_task(known(routing, f"sponsor/{name}"))
        await asyncio.sleep(0.3)
        assert not finding.done()
    assert names_in(await finding) == {f"sponsor/{name}": "Northfield"}


async def test_a_present_row_is_read_without_a_lock(database_of: Databases) -> None:
    """Neither does a reader stop who stores, nor is it stopped by one."""
    routing, name = database_of("routing"), a_name()
    await stored(routing, a_sponsor(name, 1, "old"))
    async with routing.work("system:test") as reader:
        assert names_in(await COPIES.known(reader, [f"sponsor/{name}"])) == {f"sponsor/{name}": "old"}
        await asyncio.wait_for(stored(routing, a_sponsor(name, 2, "new")), 2)
    async with routing.work("system:test") as storing:
        await COPIES.store(storing, [a_sponsor(name, 3, "newest")])
        found = await asyncio.wait_for(known(routing, f"sponsor/{name}"), 2)
    assert names_in(found) == {f"sponsor/{name}": "new"}


async def test_placeholders_are_locked_in_one_order(database_of: Databases) -> None:
    """Many who miss the same items at once, named in any order: `work` has no retry, a deadlock would be raised."""
    routing, names = database_of("routing"), [a_name() for _ in range(30)]
    keys = [f"sponsor/{name}" for name in names]

    async def find(n: int) -> None:
        await known(routing, *(keys[n:] + keys[:n] if n % 2 else reversed(keys)))

    async def fill(n: int) -> None:
        await stored(routing, *(a_sponsor(name, 1) for name in names[n:] + names[:n]))

    await asyncio.gather(*(find(n) for n in range(6)), *(fill(n * 5) for n in range(6)))
    assert len(await known(routing, *keys)) == 30


async def test_only_what_may_keep_staff_addresses_keeps_them(database_of: Databases) -> None:
    name, mail = a_name(), f"{a_name()}@eastmere.example"
    ines = StaffDefined(staff=name, label="Ines", sites=("eastmere",), roles=(StaffRole.COORDINATOR,), email=mail)
    for service, copies, kept in (("routing", COPIES, None), ("sla", Copies(keeps_addresses=True), mail)):
        async with database_of(service).work("system:test") as work:
            await copies.store(work, [fact(ines)])
            found = (await copies.present(work, [f"staff/{name}"]))[f"staff/{name}"]
            written = await work.value("select copy::text from copy where key = $1", f"staff/{name}")
        assert found == ines.model_copy(update={"email": kept})
        assert (mail in written) is (kept is not None)


async def test_what_a_newer_writer_added_is_kept_for_the_release_that_knows_it(database_of: Databases) -> None:
    sla, name = database_of("sla"), a_name()
    said = a_sponsor(name, 1)
    raw = json.dumps({"sponsor": name, "name": "Northfield", "colour": "green"}).encode()
    async with sla.work("system:test") as work:
        await COPIES.store(work, [Fact(said.head, said.body, raw)])
        assert (await COPIES.present(work, [said.key])) == {said.key: said.body}
        assert await work.value("select body ->> 'colour' from copy where key = $1", said.key) == "green"


async def test_a_kind_is_listed_without_placeholders(database_of: Databases) -> None:
    routing, name, missing = database_of("routing"), a_name(), a_name()
    await stored(routing, a_sponsor(name, 1))
    await known(routing, f"sponsor/{missing}")
    async with routing.work("system:test") as work:
        found = await COPIES.of_kind(work, "sponsor")
        assert await COPIES.of_kind(work, "spons") == {}
    assert f"sponsor/{name}" in found
    assert f"sponsor/{missing}" not in found


async def test_a_batch_costs_one_statement_and_looking_up_three_at_most(database_of: Databases) -> None:
    routing, names = database_of("routing"), [a_name() for _ in range(500)]
    costs = []
    async with routing.work("system:test") as work:
        for few in (names[:5], names):
            counted = Counted(work)
            await COPIES.known(counted, [f"sponsor/{name}" for name in few])  # type: ignore[arg-type]
            await COPIES.store(counted, [a_sponsor(name, 1) for name in few])  # type: ignore[arg-type]
            costs.append(counted.statements)
    assert costs == [4, 4]


class Counted:
    """A work that counts what is asked of it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.statements = 0

    def __getattr__(self, name: str) -> object:
        self.statements += 1
        return getattr(self._work, name)
