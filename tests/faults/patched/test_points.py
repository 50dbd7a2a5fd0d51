"""Processes really end, or stand still, where a point lies. On the session's own servers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.choose import Infrastructure
from tests.faults.history import History
from tests.faults.patched.arms import Order, arm, disarm, met, wait_met
from tests.faults.patched.scenarios.ground import Ground, ground
from tests.faults.patched.scenarios.hands import ATTEMPT, Hands
from tests.faults.patched.scenarios.network import little_network
from tests.faults.patched.scenarios.room import Room, Wanted, room

APART = ("intake.api", "intake.relay", "routing.consume", "routing.api")


@pytest.fixture(scope="module")
async def place_for_rooms(infra: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with ground(tmp_path_factory.mktemp("ground"), servers=infra) as made:
        yield made


@pytest.fixture(scope="module")
async def broken(place_for_rooms: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("room")
    async with (
        place_for_rooms.plot() as plot,
        room(folder, plot, place_for_rooms.nursery, Wanted(APART), little_network(), seed=7) as made,
    ):
        yield made


@pytest.fixture
async def hands(broken: Room, tmp_path: Path) -> AsyncIterator[Hands]:
    with History(tmp_path / "history.jsonl") as history:
        made = Hands(broken, history)
        made._numbers = iter(range(len(met(broken.arm)) * 100 + 1, 900_000))
        yield made
        made.close()


async def test_killed_after_the_commit_everything_is_there(broken: Room, hands: Hands) -> None:
    arm(broken.arm, "after_outbox_commit", "kill", role="intake.api")
    asked = hands.start(hands.refer())
    found = await wait_met(broken.arm, "after_outbox_commit", 20)
    await broken.back("intake.api")
    lead = await asked
    assert f"referrals/{lead}" in found.held["keys"], "the partner's next try is answered with the same lead"
    assert found.pid != broken.roles["intake.api"].pid
    assert broken.roles["intake.api"].lives[-2].child.process.returncode == -9


async def test_killed_before_the_commit_nothing_is_there(broken: Room, hands: Hands) -> None:
    arm(broken.arm, "before_outbox_commit", "kill", role="intake.api")
    asked = hands.start(hands.refer())
    found = await wait_met(broken.arm, "before_outbox_commit", 20)
    await broken.back("intake.api")
    lead = await asked
    assert f"referrals/{lead}" not in found.held["keys"]
    [gone] = [key.partition("/")[2] for key in found.held["keys"] if key.startswith("referrals/")]
    assert await broken.rows("select 1 from intake.head where key = $1", gone) == []


async def test_stopped_inside_the_mark_its_transaction_is_open(broken: Room, hands: Hands) -> None:
    arm(broken.arm, "inside_mark", "stop", role="intake.relay")
    await hands.refer()
    found = await wait_met(broken.arm, "inside_mark", 20)
    assert broken.roles["intake.relay"].frozen
    [session] = await broken.rows("select state from pg_stat_activity where pid = $1", found.held["backend"])
    assert session["state"] == "idle in transaction"
    await broken.roles["intake.relay"].thaw()
    await broken.until("select not exists (select from intake.outbox where sent_at is null)")


async def test_killed_after_the_effect_the_position_has_not_moved(broken: Room, hands: Hands) -> None:
    topic = f"{broken.world.namespace}.referrals.v1"
    arm(broken.arm, "after_effect_before_offset", "kill", role="routing.consume", topic=topic)
    lead = await hands.refer()
    found = await wait_met(broken.arm, "after_effect_before_offset", 20)
    [partition] = found.held["offsets"]
    sql = "select next_offset from routing.reader_position where topic = $1 and partition = $2"
    [position] = await broken.rows(sql, topic, int(partition))
    assert position["next_offset"] == found.held["offsets"][partition][0]
    assert await broken.rows("select 1 from routing.lead where id::text = $1", lead) == []
    await broken.back("routing.consume")
    await broken.until("select exists (select from routing.lead where id::text = $1)", lead)


async def test_a_number_of_passages_is_let_through(broken: Room, hands: Hands) -> None:
    first, second = [await hands.refer_owned() for _ in range(2)]
    arm(broken.arm, "inside_api_transaction", "stop", after=1, role="routing.api")
    await hands.act(first, ATTEMPT)
    assert met(broken.arm, "inside_api_transaction") == []
    acting = hands.start(hands.act(second, ATTEMPT))
    found = await wait_met(broken.arm, "inside_api_transaction", 20)
    await broken.roles["routing.api"].thaw()
    await acting
    assert [key for key in found.held["keys"] if key.endswith(second)]


async def test_a_migration_killed_halfway_is_finished_by_the_next(broken: Room) -> None:
    arm(broken.arm, "during_migration", "kill", after=2, role="cli.migrate")
    assert await broken.command("migrate") == -9
    assert not disarm(broken.arm, "during_migration")
    assert met(broken.arm, "during_migration")[-1].held["after"] == "routing.chassis_version"
    assert await broken.command("migrate") == 0


def test_an_order_names_what_it_wants_in_any_order() -> None:
    assert Order.of("stop sla.relay 4 stream=leads") == Order("stop", 4, "sla.relay", {"stream": "leads"})
    assert Order.of("kill") == Order("kill", 0, None, {})


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="kill or stop"):
        Order.of("explode 3")
