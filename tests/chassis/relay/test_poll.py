"""One poll statement for all shards, unsent rows by flag, ordered by id (delivery.md, "The outbox and the relay")."""

from contracts.network.facts import SponsorDefined
from services.chassis.relay.lease import Leases
from services.chassis.relay.poll import MAX_ROWS, Lot, poll
from tests.chassis.relay.conftest import Stands
from tests.chassis.relay.stand import Stand, a_fact, leads_of, one_lead_a_shard


async def polled(stand: Stand, leases: Leases, owner: str = "me") -> list[Lot]:
    async with stand.database.work("system:test") as work:
        return await poll(work, owner, leases.held, [stream.name for stream in stand.streams])


async def owned(stand: Stand, owner: str = "me") -> Leases:
    leases = Leases(stand.database, owner, 5.0)
    await leases.keep()
    return leases


async def test_one_statement_reads_all_shards(bare: Stand) -> None:
    """One poll statement for all its shards."""
    await bare.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    leases = await owned(bare)
    assert sorted(lot.shard for lot in await polled(bare, leases)) == list(range(12))


async def test_a_lower_id_that_commits_later_is_sent_too(bare: Stand) -> None:
    """Never a cursor over ids."""
    late, early = leads_of(3, 2)
    leases = await owned(bare)
    async with bare.database.work("system:test") as slow:
        slow.emit(a_fact(late), is_test=False)
        await slow._write_outbox()  # as at commit: its id is drawn
        slow._said.clear()
        await bare.say(a_fact(early))
        assert [row.head.key for lot in await polled(bare, leases) for row in lot.rows] == [early]
        await bare.sql("update outbox set sent_at = clock_timestamp() where key = $1", early)
    (lot,) = await polled(bare, leases)
    sent_before = (await bare.sql("select id from outbox where key = $1", early))[0]["id"]
    assert [row.head.key for row in lot.rows] == [late]
    assert lot.rows[0].id < sent_before


async def test_an_idle_writer_stops_nothing(bare: Stand) -> None:
    """Never a transaction-id fence: one idle writer stops it."""
    leases = await owned(bare)
    async with bare.database.work("system:test") as idle:
        await idle.take_time()
        await bare.say(a_fact())
        assert len(await polled(bare, leases)) == 1


async def test_rows_of_a_shard_come_by_id_and_at_most_so_many(bare: Stand) -> None:
    """Unsent rows by flag, ordered by id."""
    (lead,) = leads_of(5, 1)
    await bare.say(*(a_fact(lead, n + 1) for n in range(MAX_ROWS + 20)))
    (lot,) = await polled(bare, await owned(bare))
    assert [row.head.version for row in lot.rows] == list(range(1, MAX_ROWS + 1))
    assert [row.id for row in lot.rows] == sorted(row.id for row in lot.rows)


async def test_streams_of_a_shard_are_lots_of_their_own(stand_of: Stands) -> None:
    """Per shard and stream."""
    intake = await stand_of("intake", topics=False)
    await intake.say(*(SponsorDefined(sponsor=f"s-{n}", name="Birch") for n in range(60)))
    await intake.sql("update outbox set stream = 'referrals' where version = 1 and id % 2 = 0")
    lots = await polled(intake, await owned(intake))
    assert {lot.stream for lot in lots} == {"network", "referrals"}
    assert len({(lot.stream, lot.shard) for lot in lots}) == len(lots)
    assert sum(len(lot.rows) for lot in lots) == 60


async def test_a_held_key_waits_as_a_whole_and_nobody_else(bare: Stand) -> None:
    """Hold that key's rows, the shard goes on."""
    held, free = leads_of(2, 2)
    await bare.say(a_fact(held, 1), a_fact(free))
    await bare.sql("update outbox set held = true where key = $1", held)
    await bare.say(a_fact(held, 2))
    assert [row.head.key for lot in await polled(bare, await owned(bare)) for row in lot.rows] == [free]


async def test_only_shards_whose_lease_still_runs_are_read(bare: Stand) -> None:
    """A relay owns shards through a lease row."""
    leases = await owned(bare)
    await bare.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    await bare.sql("update relay_lease set until = clock_timestamp() - interval '1 ms' where shard < 4")
    await bare.sql("update relay_lease set owner = 'other', term = term + 1 where shard in (4, 5)")
    assert sorted(lot.shard for lot in await polled(bare, leases)) == list(range(6, 12))


async def test_the_headers_are_those_of_the_row(bare: Stand) -> None:
    """Trace headers are stored with the row."""
    await bare.say(a_fact())
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await bare.sql("update outbox set headers = jsonb_set(headers, '{traceparent}', to_jsonb($1::text))", trace)
    ((row,),) = [lot.rows for lot in await polled(bare, await owned(bare))]
    told = dict(row.headers)
    stored = (await bare.sql("select fact, at, version from outbox"))[0]
    assert told["traceparent"] == trace.encode()
    assert told["ce_id"] == str(stored["fact"]).encode()
    assert told["ce_keyversion"] == b"1"
    assert told["ce_actor"] == b"system:test"
