"""The send role: nothing outside happens in a transaction, nothing sent is forgotten, failures come back."""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
import pytest

from services.chassis.database import Database
from services.chassis.sender import BATCH, Sender, Sent
from services.chassis.service import Sends
from services.chassis.strays import StrayCancellation
from services.chassis.work import Work
from tests.place import Place

TABLE = (
    "drop table if exists test_letter",
    "create table test_letter (id int primary key, tries int not null default 0, code text, claimed timestamptz)",
    "grant all on test_letter to public",
)


class Post:
    """A table of letters to send; what arrived; what to answer to whom."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.arrived: list[int] = []
        self.open_transactions: list[int] = []
        self.errors: dict[int, Exception] = {}
        self.mark_errors: list[Exception] = []

    async def claim(self, work: Work, most: int) -> list[int]:
        rows = await work.fetch(
            "update test_letter set claimed = clock_timestamp() where id in (select id from test_letter "
            "where code is null and (claimed is null or claimed < clock_timestamp() - interval '1 s') "
            "order by id limit $1 for update skip locked) returning id",
            most,
        )
        return [row["id"] for row in rows]

    async def send(self, letter: int) -> Sent:
        self.open_transactions.append(await self.transactions())
        if letter in self.errors:
            raise self.errors[letter]
        self.arrived.append(letter)
        return Sent(True, "sent")

    async def mark(self, work: Work, tried: Sequence[tuple[int, Sent]]) -> None:
        if self.mark_errors:
            raise self.mark_errors.pop()
        for letter, sent in tried:
            code = sent.code if sent.ok else None
            await work.run("update test_letter set tries = tries + 1, code = $2 where id = $1", letter, code)

    async def transactions(self) -> int:
        async with self.database.work("system:test") as work:
            return int(
                await work.value(
                    "select count(*) from pg_stat_activity where usename = current_user and xact_start is not null "
                    "and pid <> pg_backend_pid()"
                )
            )

    def sender(self, *, patience: float = 5.0) -> "Sender[int]":
        return Sender(self.database, Sends("post", self.claim, self.send, self.mark), patience=patience)

    async def letters(self, n: int) -> None:
        async with self.database.work("system:test") as work:
            await work.run("insert into test_letter (id) select generate_series(1, $1::int)", n)

    async def codes(self) -> dict[int, str | None]:
        async with self.database.work("system:test") as work:
            return {row["id"]: row["code"] for row in await work.fetch("select id, code from test_letter")}


@pytest.fixture
async def post(place: Place, database_of: Callable[[str], Database]) -> Post:
    connection = await asyncpg.connect(place.administrator.replace("+asyncpg", ""))
    await connection.execute("set search_path = reporting")
    for statement in TABLE:
        await connection.execute(statement)
    await connection.close()
    return Post(database_of("reporting"))


async def test_each_letter_is_sent_and_marked_and_no_transaction_is_open_meanwhile(post: Post) -> None:
    await post.letters(3)
    assert [await post.sender().round(asyncio.Event()) for _ in range(2)] == [3, 0]
    assert sorted(post.arrived) == [1, 2, 3]
    assert await post.codes() == {1: "sent", 2: "sent", 3: "sent"}


async def test_no_transaction_is_open_while_something_is_sent(post: Post) -> None:
    await post.letters(1)
    await post.sender().round(asyncio.Event())
    assert post.open_transactions == [0]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError(), "unreachable"),
        (ValueError("ines@eastmere.example"), "failed"),
    ],
)
async def test_one_that_fails_is_marked_with_a_closed_word_and_the_others_go_out(
    post: Post, error: Exception, code: str
) -> None:
    await post.letters(3)
    post.errors[2] = error
    marked: list[Sent] = []
    ordinary = post.mark

    async def mark(work: Work, tried: Sequence[tuple[int, Sent]]) -> None:
        marked.extend(sent for _, sent in tried if not sent.ok)
        await ordinary(work, tried)

    post.mark = mark  # type: ignore[method-assign]
    assert await post.sender().round(asyncio.Event()) == 3
    assert marked == [Sent(False, code)]
    assert await post.codes() == {1: "sent", 2: None, 3: "sent"}


async def test_a_channel_that_never_answers_costs_its_own_letter_its_patience_only(post: Post) -> None:
    await post.letters(2)
    ordinary = post.send

    async def send(letter: int) -> Sent:
        if letter == 1:
            await asyncio.sleep(3600)
        return await ordinary(letter)

    post.send = send  # type: ignore[method-assign]
    assert await asyncio.wait_for(post.sender(patience=0.2).round(asyncio.Event()), 5) == 2
    assert await post.codes() == {1: None, 2: "sent"}


async def test_what_was_sent_is_marked_even_if_the_database_is_away_for_a_moment(post: Post) -> None:
    await post.letters(1)
    post.mark_errors = [ConnectionResetError()]
    await asyncio.wait_for(post.sender().round(asyncio.Event()), 10)
    assert post.arrived == [1]
    assert await post.codes() == {1: "sent"}


async def test_told_to_stop_it_begins_no_send_and_its_claims_run_out_for_the_next(post: Post) -> None:
    await post.letters(2)
    stop = asyncio.Event()
    stop.set()
    assert await post.sender().round(stop) == 0
    assert post.arrived == []
    await asyncio.sleep(1.1)
    assert await post.sender().round(asyncio.Event()) == 2


async def test_two_senders_share_the_letters(post: Post, database_of: Callable[[str], Database]) -> None:
    await post.letters(200)
    stop, other = asyncio.Event(), Post(database_of("reporting"))
    running = [asyncio.create_task(one.sender().run(stop)) for one in (post, other)]
    async with asyncio.timeout(20):
        while None in (await post.codes()).values():
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*running)
    assert sorted(post.arrived + other.arrived) == list(range(1, 201))


async def test_while_one_round_is_marked_the_next_letters_go_out(post: Post) -> None:
    await post.letters(BATCH + 1)
    stop, next_sent = asyncio.Event(), asyncio.Event()

    async def send(letter: int) -> Sent:
        if letter == BATCH + 1:
            next_sent.set()
        return await post.send(letter)

    async def mark(work: Work, tried: Sequence[tuple[int, Sent]]) -> None:
        if len(tried) == BATCH:
            await next_sent.wait()
        await post.mark(work, tried)

    await _all_sent(post, Sender(post.database, Sends("post", post.claim, send, mark)), stop)
    assert sorted(post.arrived) == list(range(1, BATCH + 2))


async def test_so_many_are_on_their_way_at_once_and_no_more(post: Post) -> None:
    await post.letters(3 * BATCH)
    stop, now, most = asyncio.Event(), 0, 0

    async def send(letter: int) -> Sent:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        post.arrived.append(letter)
        return Sent(True, "sent")

    await _all_sent(post, Sender(post.database, Sends("post", post.claim, send, post.mark)), stop)
    assert most == 16
    assert sorted(post.arrived) == list(range(1, 3 * BATCH + 1))


async def test_a_round_that_hangs_is_not_hidden_by_the_beats_of_the_other(post: Post) -> None:
    await post.letters(4)
    hanging, beats = asyncio.Event(), 0

    async def claim(work: Work, most: int) -> list[int]:
        if not hanging.is_set():
            hanging.set()
            await asyncio.Event().wait()
        return await post.claim(work, 1)

    def beat() -> None:
        nonlocal beats
        beats += 1

    async with asyncio.timeout(20):
        running = asyncio.create_task(
            Sender(post.database, Sends("post", claim, post.send, post.mark), beat=beat).run(asyncio.Event())
        )
        while None in (await post.codes()).values():
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.wait({running})
    assert (sorted(post.arrived), beats) == ([1, 2, 3, 4], 0)


async def test_beats_come_when_every_round_gets_on(post: Post) -> None:
    beaten = asyncio.Event()
    sender, stop = (
        Sender(post.database, Sends("post", post.claim, post.send, post.mark), beat=beaten.set),
        asyncio.Event(),
    )
    running = asyncio.create_task(sender.run(stop))
    async with asyncio.timeout(10):
        await beaten.wait()
    stop.set()
    await running


async def test_a_round_that_a_library_cancels_does_not_end_unnoticed(post: Post) -> None:
    strays = [asyncio.CancelledError()]

    async def claim(work: Work, most: int) -> list[int]:
        if strays:
            raise strays.pop()
        return await post.claim(work, most)

    sender = Sender(post.database, Sends("post", claim, post.send, post.mark))
    with pytest.raises(ExceptionGroup) as ended:
        async with asyncio.timeout(10):
            await sender.run(asyncio.Event())
    assert ended.group_contains(StrayCancellation)


async def _all_sent(post: Post, sender: Sender[int], stop: asyncio.Event) -> None:
    async with asyncio.timeout(20):
        running = asyncio.create_task(sender.run(stop))
        while None in (await post.codes()).values():
            await asyncio.sleep(0.05)
        stop.set()
        await running
