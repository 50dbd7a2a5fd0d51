"""How the demo's people speak HTTP: patience, tokens, what an answer means, the desk's commands, the letters."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from deploy.demo.client import Baton, Unhelpful
from deploy.demo.deliveries import Twist
from deploy.demo.desk import Floor
from deploy.demo.fates import Fate, Stale
from deploy.demo.letters import Readers
from deploy.demo.partners import read, send_all
from tests.deploy.demo.builders import AT_ONCE, a_delivery

Answer = Callable[[httpx.Request], httpx.Response]


def baton_that(answers: Answer) -> Baton:
    def with_tokens(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/intake/oauth/token":
            return httpx.Response(200, json={"access_token": json.loads(request.content)["client_id"]})
        return answers(request)

    return Baton("http://baton.example", transport=httpx.MockTransport(with_tokens))


async def test_not_now_is_asked_again_after_the_time_it_names() -> None:
    answers = iter([httpx.Response(429, headers={"retry-after": "0"}), httpx.Response(202, json={"lead": "lead-1"})])
    asked = await baton_that(lambda _: next(answers)).ask("POST", "/intake/v1/referrals")
    assert asked.status_code == 202


async def test_a_refusal_is_an_answer_and_not_asked_again() -> None:
    answers = iter([httpx.Response(409), httpx.Response(202)])
    assert (await baton_that(lambda _: next(answers)).ask("POST", "/x")).status_code == 409
    assert next(answers).status_code == 202


async def test_a_token_is_exchanged_once_for_everybody_who_asks_at_once() -> None:
    exchanges: list[int] = []

    def exchange(request: httpx.Request) -> httpx.Response:
        exchanges.append(1)
        return httpx.Response(200, json={"access_token": "t"})

    baton = Baton("http://baton.example", transport=httpx.MockTransport(exchange))
    assert await asyncio.gather(*(baton.token("staff:ines", "secret") for _ in range(5))) == ["t"] * 5
    assert len(exchanges) == 1


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (202, {"lead": "lead-1"}, ("accepted", "lead-1")),
        (422, {"code": "permission_missing"}, ("permission_missing", None)),
        (422, {"code": "field_invalid"}, ("malformed", None)),
        (400, {"code": "body_malformed"}, ("malformed", None)),
        (415, {}, ("malformed", None)),
        (500, {"code": "unexpected"}, ("unexpected", None)),
        (503, [], ("status 503", None)),
    ],
)
def test_what_an_answer_means(status: int, body: Any, meaning: tuple[str, str | None]) -> None:
    content = json.dumps(body) if isinstance(body, dict) else "<html>"
    assert read(httpx.Response(status, content=content)) == meaning


async def test_a_retried_delivery_is_sent_twice_with_one_key_and_its_answers_compared() -> None:
    keys: list[str] = []

    def door(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(202, json={"lead": f"lead-{len(keys)}"})

    sent = [a_delivery(number=1, twist=Twist.RETRIED), a_delivery(number=2)]
    answers = await send_all(baton_that(door), {"openhand": "key"}, sent, lambda _: None)
    assert [(one.same_again, one.meaning) for one in answers] == [(False, "accepted"), (None, "accepted")]
    assert sorted(keys) == ["demo-1", "demo-1", "demo-2"]


class Desk:
    """A desk with one lead that takes commands and remembers whose they were."""

    def __init__(self, **row: Any) -> None:
        self.row = {
            "lead": "lead-1", "version": 3, "site": "eastmere", "owner": "ines", "permitted": ["email"],
            "deadline": None, "alert": None, **row,
        }  # fmt: skip
        self.commands: list[tuple[str, str, str, dict[str, Any]]] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"leads": [self.row]})
        who, tag = request.headers["authorization"].removeprefix("Bearer "), request.headers["if-match"]
        self.commands.append((who, tag, request.url.path.rsplit("/", 1)[1], json.loads(request.content)))
        return httpx.Response(self.status, json={})

    def floor(self, fate: Fate = AT_ONCE) -> Floor:
        secrets = {"odile": "x", "ines": "y"}
        return Floor(baton_that(self), secrets, {"eastmere": "odile"}, {"lead-1": fate}, {"lead-1": "eastmere"})


async def test_the_owner_calls_on_a_permitted_channel_and_then_ends_the_lead() -> None:
    desk = Desk()
    floor = desk.floor()
    await floor.look("eastmere")
    await floor.look("eastmere")
    attempt = {"direction": "out", "channel": "email", "result": "reached"}
    assert desk.commands == [
        ("staff:ines", '"3"', "attempts", attempt),
        ("staff:ines", '"3"', "close", {"reason": "too_far"}),
    ]


async def test_a_command_on_a_changed_row_is_tried_at_the_next_look() -> None:
    desk = Desk()
    floor, desk.status = desk.floor(), 412
    await floor.look("eastmere")
    assert (floor.refused, floor.known["lead-1"].called_at) == (1, None)
    desk.status = 200
    await floor.look("eastmere")
    assert floor.known["lead-1"].called_at is not None


@pytest.mark.parametrize(
    ("stale", "alert", "calls"),
    [
        (Stale.UNTIL_ALERTED, None, 0),
        (Stale.UNTIL_ALERTED, {"level": "breach", "acknowledged": False}, 0),
        (Stale.UNTIL_ALERTED, {"level": "breach", "acknowledged": True}, 1),
        (Stale.FOR_GOOD, {"level": "breach", "acknowledged": True}, 0),
    ],
)
async def test_a_stale_lead_is_called_once_its_alert_was_seen_or_never(
    stale: Stale, alert: dict[str, Any] | None, calls: int
) -> None:
    desk = Desk(alert=alert)
    await desk.floor(Fate(stale, 0.0, "reached", None, 0.0, None)).look("eastmere")
    assert len(desk.commands) == calls


async def test_something_is_left_while_a_deadline_is_to_come_or_a_lead_was_not_seen() -> None:
    desk = Desk(owner=None, deadline={"state": "warned"})
    floor = desk.floor()
    assert floor.left == 2
    await floor.look("eastmere")
    assert (floor.left, floor.most_waiting) == (1, 1)
    desk.row["deadline"] = {"state": "missed"}
    await floor.look("eastmere")
    assert floor.left == 0


class Post:
    """A mailbox with one letter, and the page behind its link."""

    def __init__(self, *, over: bool = False) -> None:
        self.pressed, self.over = 0, over

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/messages":
            found = [] if request.url.params["after"] else [{"id": "1"}]
            return httpx.Response(200, json={"messages": found})
        if request.url.path == "/messages/1":
            links = ["http://b/desk/v1/leads/0198c0de-0000-7000-8000-000000000001", "http://b/sla/a/token"]
            return httpx.Response(200, json={"links": links})
        if request.method == "POST":
            self.pressed += 1
            return httpx.Response(303, headers={"location": "http://b/sla/a/token"})
        page = '<strong class="calm">Seen.' if self.pressed else "" if self.over else "<button>"
        return httpx.Response(200, text=page)


@pytest.mark.parametrize(
    ("over", "acts", "counts"), [(False, True, (1, 0, 0)), (True, True, (0, 1, 0)), (False, False, (0, 0, 1))]
)
async def test_a_letter_is_acknowledged_or_comes_too_late_or_is_left_alone(
    over: bool, acts: bool, counts: tuple[int, int, int]
) -> None:
    post, stop = Post(over=over), asyncio.Event()
    readers = Readers("http://mail.example", lambda lead: acts, transport=httpx.MockTransport(post))
    stop.set()
    await readers.work(stop)
    assert (readers.acknowledged, readers.too_late, readers.left_alone) == counts
    assert (readers.arrived, post.pressed) == (1, counts[0])


async def test_a_letter_without_its_links_is_a_fault() -> None:
    def bare(request: httpx.Request) -> httpx.Response:
        found = {"messages": [{"id": "1"}]} if request.url.path == "/messages" else {"links": []}
        return httpx.Response(200, json=found)

    readers, stop = Readers("http://m", lambda _: True, transport=httpx.MockTransport(bare)), asyncio.Event()
    stop.set()
    with pytest.raises(Unhelpful):
        await readers.work(stop)
