"""Lines of one partner travel together, and each is told its own answer."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.faults.traffic.batch import PATH, Batches, replies_of
from tests.faults.traffic.door import Door, NotAnswered, Reply
from tests.faults.traffic.network import network
from tests.faults.traffic.plan import Kind, Operation, Plan
from tests.faults.traffic.test_partner import PLAIN


class OneAtATime(Door):
    """A door that answers each line with its own content, or loses the whole request."""

    def __init__(self, *, lost: bool = False, status: int = 200) -> None:
        super().__init__("http://nobody.example:1")
        self.lost, self.status = lost, status
        self.requests: list[tuple[str, list[bytes]]] = []

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        assert path == PATH
        lines = body.split(b"\n")
        self.requests.append(((headers or {})["Authorization"], lines))
        if self.lost:
            raise NotAnswered("connection lost", sent=True)
        told = [
            {"line": n, "status": 202 if b"good" in line else 503, "body": {"lead": line.decode()}, "retry_after": n}
            for n, line in enumerate(lines, start=1)
        ]
        return Reply(self.status, {}, b"".join(json.dumps(one).encode() + b"\n" for one in told))


async def test_lines_of_one_partner_go_together_and_each_gets_its_own_answer() -> None:
    door = OneAtATime()
    batches = Batches(door)
    asks = [("ada", b"good 1"), ("bo", b"good 2"), ("ada", b"bad 3")]
    replies = await asyncio.gather(*(batches.ask(secret, line) for secret, line in asks))
    assert [(one.status, one.json()["lead"], one.wait) for one in replies] == [
        (202, "good 1", None),
        (202, "good 2", None),
        (503, "bad 3", 2.0),
    ]
    assert door.requests == [("Bearer ada", [b"good 1", b"bad 3"]), ("Bearer bo", [b"good 2"])]
    assert batches.sent == 2


async def test_who_comes_later_goes_with_the_next() -> None:
    door = OneAtATime()
    batches = Batches(door)
    await batches.ask("ada", b"good 1")
    await batches.ask("ada", b"good 2")
    assert [lines for _, lines in door.requests] == [[b"good 1"], [b"good 2"]]


async def test_a_lost_request_loses_the_answer_to_each_of_its_lines() -> None:
    batches = Batches(OneAtATime(lost=True))
    answers = await asyncio.gather(*(batches.ask("ada", b"x") for _ in range(3)), return_exceptions=True)
    assert [isinstance(one, NotAnswered) and one.sent for one in answers] == [True] * 3


async def test_what_is_said_of_the_whole_is_said_of_each() -> None:
    batches = Batches(OneAtATime(status=503))
    replies = await asyncio.gather(*(batches.ask("ada", b"good") for _ in range(2)))
    assert [one.status for one in replies] == [503, 503]


@pytest.mark.parametrize("lines", [(1,), (2, 1), (1, 2, 3), (1, 1)])
def test_an_answer_that_is_not_a_line_for_a_line_is_not_believed(lines: tuple[int, ...]) -> None:
    body = b"\n".join(json.dumps({"line": n, "status": 202, "body": {}}).encode() for n in lines)
    with pytest.raises(ValueError, match="2 lines were sent"):
        replies_of(Reply(200, {}, body), 2)


def plan(batched: float, **weights: float) -> list[Operation]:
    chosen = replace(PLAIN, batched=batched, **weights)  # type: ignore[arg-type] # at_once is whole
    return list(Plan(network(7), 7, rate=1000.0, count=200, weights=chosen))


def test_what_is_sent_in_batches_is_otherwise_the_same_plan() -> None:
    without, within = plan(0.0, again=0.2, refused=0.1), plan(0.5, again=0.2, refused=0.1)
    assert [(one.id, one.at, one.sha) for one in without] == [(one.id, one.at, one.sha) for one in within]
    assert not any(one.batched for one in without)
    firsts = [one.batched for one in within if one.kind is not Kind.AGAIN]
    assert 0.35 < sum(firsts) / len(firsts) < 0.65


def test_nothing_is_batched_whose_key_is_used_again_for_something_else() -> None:
    made = plan(1.0, other_body=0.3, copies=0.05, malformed=0.1)
    used = {one.of for one in made if one.kind in (Kind.OTHER_BODY, Kind.COPY)}
    assert used
    assert not any(one.batched for one in made if one.id in used or one.of in used)
    assert all(one.sent.media == "application/json" for one in made if one.batched)


def test_what_is_sent_again_goes_the_way_it_went_first() -> None:
    made = {one.id: one for one in plan(0.5, again=0.5)}
    again = [one for one in made.values() if one.kind is Kind.AGAIN]
    assert again
    assert all(one.batched == made[one.of or ""].batched for one in again)
