"""Applying a network: exact, once, from its own moment on, and only by an operator."""

import json
from collections import Counter

from services.chassis.timers.sweeps import Sweeper
from services.intake.network import api
from services.intake.network.ticker import sweeps
from tests.intake.network.conftest import Room
from tests.intake.network.samples import SMALL, changed, document

HEARD = {
    "study/alder": 1,
    "site/eastmere": 1,
    "site/marlow": 1,
    **{f"staff/{name}": 1 for name in ("odile", "ines", "tomas", "nerys", "idris")},
    "pool/eastmere-coordinators": 1,
    "pool/marlow-coordinators": 1,
    "sponsor/northfield": 1,
    "partner/openhand": 1,
    "route/openhand-alder-eastmere": 1,
    "policy/typical": 1,
    "calendar/weekdays": 1,
}
"""Of the small network's seventeen items, agreement and material stay in intake."""


async def test_a_first_apply_says_every_item_others_hear_of(room: Room) -> None:
    answer = (await room.put(document(SMALL))).json()
    assert len(answer["additions"]) == 17
    assert (answer["applied"], answer["changes"], answer["unchanged"]) == (True, [], 0)
    assert answer["facts"] == sorted(HEARD)
    assert await room.heads() == HEARD


async def test_a_second_apply_changes_nothing_and_says_nothing(room: Room) -> None:
    await room.put(document(SMALL))
    answer = (await room.put(document(SMALL))).json()
    assert (answer["additions"], answer["changes"], answer["facts"], answer["unchanged"]) == ([], [], [], 17)
    assert await room.heads() == HEARD
    assert await counted(room) == {"network_item": 17, "outbox": 15, "audit": 1}


async def test_a_plan_says_the_same_and_writes_nothing(room: Room) -> None:
    planned = (await room.put(document(SMALL), dry_run=True)).json()
    assert await counted(room) == {"network_item": 0, "outbox": 0, "audit": 0}
    applied = (await room.put(document(SMALL))).json()
    assert planned | {"applied": True} == applied


async def test_a_change_is_told_field_by_field_and_only_its_fact_is_said(room: Room) -> None:
    await room.put(document(SMALL))
    answer = (await room.put(document(changed("warn: 180bm", "warn: 90bm")))).json()
    assert [change["key"] for change in answer["changes"]] == ["policy/typical"]
    assert answer["changes"][0]["fields"] == [{"field": "first_response.warn", "before": "3h", "after": "90m"}]
    assert answer["facts"] == ["policy/typical"]
    assert await room.heads() == HEARD | {"policy/typical": 2}


async def test_a_change_others_do_not_hear_of_is_kept_and_not_said(room: Room) -> None:
    await room.put(document(SMALL))
    answer = (await room.put(document(changed("reviewed_on: 2026-01-02", "reviewed_on: 2026-04-01")))).json()
    assert len(answer["changes"]) == 17
    assert answer["facts"] == []
    assert await room.heads() == HEARD


async def test_an_agreement_says_the_routes_it_changes(room: Room) -> None:
    await room.put(document(SMALL))
    answer = (await room.put(document(changed("[self_referred, agreement_documented]", "[self_referred]")))).json()
    assert answer["facts"] == ["route/openhand-alder-eastmere"]


async def test_an_item_is_told_when_its_moment_has_come_and_not_before(room: Room) -> None:
    await room.put(document(SMALL))
    later = changed("{id: northfield, name: Northfield}", "{id: northfield, name: North, effective_from: 2090-01-01}")
    answer = (await room.put(document(later))).json()
    assert [(change["later"], change["effective_from"]) for change in answer["changes"]] == [(True, "2090-01-01")]
    await swept(room)
    assert (await room.heads())["sponsor/northfield"] == 1
    await room.move_clock("64 years")
    await swept(room)
    await swept(room)
    assert (await room.heads()) == HEARD | {"sponsor/northfield": 2}


async def test_a_planned_change_taken_back_before_its_moment_is_never_said(room: Room) -> None:
    await room.put(document(SMALL))
    later = changed("{id: northfield, name: Northfield}", "{id: northfield, name: North, effective_from: 2090-01-01}")
    await room.put(document(later))
    await room.put(document(SMALL))
    await room.move_clock("64 years")
    await swept(room)
    assert await room.heads() == HEARD


async def test_items_that_are_not_named_stay_and_are_told(room: Room) -> None:
    await room.put(document(SMALL))
    answer = (await room.put({"sponsors": document(SMALL)["sponsors"]})).json()
    assert (answer["unchanged"], len(answer["left_alone"]), answer["facts"]) == (1, 16, [])


async def test_a_network_that_would_not_hold_together_is_refused_with_pointers(room: Room) -> None:
    broken = document(changed("backup: tomas", "backup: nerys"))
    response = await room.put(broken)
    assert (response.status_code, response.json()["code"]) == (422, "network_invalid")
    assert response.json()["errors"] == [{"pointer": "/routes/0/backup", "detail": "is not in the pool"}]
    assert await counted(room) == {"network_item": 0, "outbox": 0, "audit": 0}


async def test_what_was_applied_earlier_must_still_hold_together(room: Room) -> None:
    await room.put(document(SMALL))
    pools = document(changed("members: [ines, tomas]", "members: [ines, odile]"))["pools"]
    response = await room.put({"pools": pools})
    told = "route/openhand-alder-eastmere.backup, applied earlier: is not in the pool"
    assert response.json()["errors"] == [{"pointer": "", "detail": told}]


async def test_a_document_is_read_strictly(room: Room) -> None:
    response = await room.put({"sites": [{"id": "eastmere", "Zone": "Xylophania"}], "siteS": []})
    assert response.status_code == 422
    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert {"/sites/0/zone", "/sites/0/Zone", "/siteS"} <= pointers
    assert "Xylophania" not in response.text


async def test_only_an_operator_looks_and_applies(room: Room) -> None:
    assert (await room.partner.get(api.PATH)).status_code == 403
    assert (await room.partner.put(api.PATH, json=document(SMALL))).status_code == 403


async def test_what_is_shown_may_be_applied_again_without_a_change(room: Room) -> None:
    await room.put(document(SMALL))
    shown = (await room.operator.get(api.PATH)).json()
    assert len(shown["in_force"]) == 17
    answer = (await room.put(shown["items"])).json()
    assert (answer["unchanged"], answer["left_alone"]) == (17, [])


async def test_the_same_statements_whatever_the_size(room: Room) -> None:
    few = await statements(room, {"sponsors": document(SMALL)["sponsors"]})
    many = await statements(room, document(SMALL))
    assert few == many


async def statements(room: Room, sent: object) -> int:
    from services.chassis.telemetry import metrics

    before = json.dumps(metrics.STATEMENTS.value(service="intake"))
    await room.put(sent)
    return int(metrics.STATEMENTS.value(service="intake") - float(before))


async def swept(room: Room) -> None:
    (sweep,) = sweeps()
    assert await Sweeper(room.database, sweep).round()


async def counted(room: Room) -> Counter[str]:
    async with room.database.work("system:test") as work:
        tables = ("network_item", "outbox", "audit")
        return Counter({table: await work.value(f"select count(*) from {table}") for table in tables})
