"""Partners ask again until they are answered, and the history tells every request apart."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.faults.history import History, Line, lines_of
from tests.faults.traffic.door import Door, NotAnswered, Reply
from tests.faults.traffic.network import network
from tests.faults.traffic.partner import Partners
from tests.faults.traffic.people import PATTERNS
from tests.faults.traffic.plan import Kind, Operation, Plan, Weights
from tests.faults.traffic.window import Window

SECRETS = {f"partner:{one['id']}": "secret" for one in network(7)["partners"]}
PLAIN = Weights(again=0, other_body=0, twice=0, copies=0, malformed=0, refused=0, batched=0)


class Answers(Door):
    """A door with these answers in turn (None: the connection is lost), the last one for ever."""

    def __init__(self, *answers: tuple[int, str] | None) -> None:
        super().__init__("http://nobody.example:1")
        self.answers, self.keys, self.at_once, self.most = list(answers), list[str](), 0, 0

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        self.keys.append((headers or {})["Idempotency-Key"])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        if answer is None:
            raise NotAnswered("connection lost", sent=True)
        status, told = answer
        return Reply(status, {"retry-after": "0"} if status in (409, 503) else {}, told.encode())


def _plan(count: int = 1, rate: float = 1000.0, weights: Weights = PLAIN) -> list[Operation]:
    return list(Plan(network(7), 7, rate=rate, count=count, weights=weights))


async def _run(folder: Path, door: Door, plan: list[Operation], **told: float) -> tuple[Partners, list[Line]]:
    with History(folder / "history.jsonl") as history:
        partners = Partners(door, SECRETS, history, **told)  # type: ignore[arg-type] # in_flight is whole
        async with asyncio.timeout(20):
            await partners.run(plan)
    return partners, list(lines_of(folder / "history.jsonl"))


async def test_the_same_key_until_it_is_answered(tmp_path: Path) -> None:
    door = Answers(None, (503, "{}"), (409, '{"code": "still_running"}'), (202, '{"lead": "l1"}'))
    partners, lines = await _run(tmp_path, door, _plan())
    assert len(door.keys) == 4
    assert len(set(door.keys)) == 1
    whats = [(line["what"], line.get("status")) for line in lines]
    assert whats == [("asked", None), ("failed_to_answer", None), ("asked", None), ("answered", 503), ("asked", None),
                     ("answered", 409), ("asked", None), ("answered", 202)]  # fmt: skip
    asked = [(line["id"], line["kind"], line["of"]) for line in lines if line["what"] == "asked"]
    assert asked == [("o0", "new", None), *((f"o0#{n}", "again", "o0") for n in (2, 3, 4))]
    assert (partners.settled, partners.given_up, list(partners.leads)) == (1, 0, ["l1"])


async def test_patience_ends(tmp_path: Path) -> None:
    partners, lines = await _run(tmp_path, Answers(None), _plan(), patience=1.0)
    assert (partners.settled, partners.given_up) == (0, 1)
    assert {line["what"] for line in lines} == {"asked", "failed_to_answer"}


async def test_an_answer_that_was_not_planned_is_counted(tmp_path: Path) -> None:
    partners, _ = await _run(tmp_path, Answers((422, '{"code": "route_unknown"}')), _plan())
    assert dict(partners.unexpected) == {"new 422 route_unknown": 1}


async def test_so_many_at_once_and_no_more(tmp_path: Path) -> None:
    door = Answers((202, '{"lead": "l"}'))
    await _run(tmp_path, door, _plan(count=60), in_flight=7)
    assert door.most == 7


async def test_after_silence_less_is_asked_at_once_and_more_again_with_answers(tmp_path: Path) -> None:
    window = Window(100)
    window.unanswered()
    window.unanswered()  # of the same silence
    assert window.size == 60
    for _ in range(80):
        window.answered()
    assert window.size == 100
    silent = Answers(*[None] * 40, (202, '{"lead": "l"}'))
    partners, _ = await _run(tmp_path, silent, _plan(count=40))
    assert (partners.settled, partners.given_up) == (40, 0)


async def test_another_body_is_sent_only_after_an_acceptance(tmp_path: Path) -> None:
    plan = _plan(weights=Weights(again=0, other_body=1, twice=0, copies=0, malformed=0, refused=0, batched=0))
    assert [one.kind for one in plan] == [Kind.NEW, Kind.OTHER_BODY]
    refused, _ = await _run(tmp_path, Answers((422, '{"code": "x"}')), plan)
    assert refused.sent == 1


async def test_nothing_is_written_of_a_person_but_the_number(tmp_path: Path) -> None:
    await _run(tmp_path, Answers((202, '{"lead": "l"}')), _plan(count=20))
    content = (tmp_path / "history.jsonl").read_bytes()
    assert not any(pattern in content for pattern in PATTERNS)
