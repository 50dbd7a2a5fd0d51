"""What doctor asks: every broken law is found, by its key."""

from typing import Any
from uuid import UUID

import pytest

from contracts.streams import PARTITIONS
from services.chassis.service import Breach
from tests.intake.referrals.door import Desk, a_referral


async def breaches(desk: Desk, lead: str, spoil: str = "select 1") -> list[Breach]:
    """Intake's breaches for one lead after spoiling something, in a transaction that is rolled back."""
    census = (await desk.doors.open("intake")).census
    found: list[Breach] = []
    with pytest.raises(KeyboardInterrupt):
        async with desk.database.work("system:test") as work:
            await work.run(spoil.replace("LEAD", f"'{lead}'"))
            found = await census.breaches(work)
            raise KeyboardInterrupt
    return found


async def test_every_accepted_lead_is_in_the_census_of_its_shard(desk: Desk) -> None:
    sent = {(await desk.send(a_referral(route=route))).json()["lead"] for route in ("live", "testing", "live")}
    census = (await desk.doors.open("intake")).census
    assert census.leads is not None
    async with desk.database.work("system:test") as work:
        shards = [await census.leads(work, shard) for shard in range(PARTITIONS)]
    assert sent <= set().union(*shards)
    assert sum(map(len, shards)) == len(set().union(*shards))


async def test_a_healthy_intake_breaks_no_law(desk: Desk) -> None:
    lead = (await desk.send(a_referral())).json()["lead"]
    assert await breaches(desk, lead) == []


SPOILT: list[tuple[str, str, str]] = [
    ("details", "an accepted referral has its details in the vault", "delete from vault where lead = LEAD"),
    ("facts", "an accepted referral was said on its stream",
     "delete from head where stream = 'referrals' and key = LEAD"),
    ("tokens", "an accepted referral's tokens were said", "delete from head where stream = 'tokens' and key = LEAD"),
    ("a key", "a vault row opens with its key", "update vault set key_id = uuidv7() where lead = LEAD"),
    ("a changed row", "a vault row opens with its key",
     "update vault set external_id = external_id || '\\x00' where lead = LEAD"),
]  # fmt: skip


@pytest.mark.parametrize(("law", "spoil"), [s[1:] for s in SPOILT], ids=[s[0] for s in SPOILT])
async def test_a_broken_law_is_named_with_its_lead(desk: Desk, law: str, spoil: str) -> None:
    lead = (await desk.send(a_referral())).json()["lead"]
    assert [(breach.law, breach.key) for breach in await breaches(desk, lead, spoil)] == [(law, lead)]


async def test_a_week_that_was_counted_wrongly_is_named(desk: Desk) -> None:
    lead = (await desk.send(a_referral())).json()["lead"]
    found = await breaches(desk, lead, "update route_week set taken = taken + 1 where route = 'live'")
    assert [breach.law for breach in found] == ["a route's week counts what it brought"]


async def test_the_permission_ledger_is_append_only(desk: Desk) -> None:
    lead = UUID((await desk.send(a_referral())).json()["lead"])
    for change in ("update permission set granted = false where lead = $1", "delete from permission where lead = $1"):
        error: Any
        with pytest.raises(Exception, match="append-only") as error:
            await desk.fetch(change, lead)
        assert error.value.sqlstate == "23001"


async def test_a_partner_sees_its_own_rows_only(desk: Desk) -> None:
    lead = UUID((await desk.send(a_referral())).json()["lead"])
    for scope, seen in (("partner/openhand", 1), ("partner/brightpost", 0), ("site/eastmere", 1), ("", 0)):
        async with desk.database.work("system:test", scope=scope) as work:
            for table in ("referral", "vault", "permission"):
                n = await work.value(f"select count(distinct lead) from {table} where lead = $1", lead)
                assert (scope, table, n) == (scope, table, seen)
