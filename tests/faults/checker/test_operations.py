"""Ok, failed or unknown: what an asker knows, and no more."""

import pytest

from tests.faults.checker.operations import Outcome, operations
from tests.faults.history import Line

ASKED: Line = {"n": 1, "at": 10.0, "what": "asked", "op": "refer"}
ACCEPTED = {"lead": "x", "status": "accepted"}


def _answered(status: int, body: object = None) -> Line:
    return {"n": 2, "at": 11.0, "what": "answered", "ask": 1, "status": status, "body": body}


def _unanswered(sent: bool) -> Line:
    return {"n": 2, "at": 11.0, "what": "failed_to_answer", "ask": 1, "why": "reset", "sent": sent}


CASES: dict[str, tuple[list[Line], Outcome]] = {
    "accepted": ([_answered(202, ACCEPTED)], Outcome.OK),
    "refused": ([_answered(422, {"code": "basis_missing"})], Outcome.FAILED),
    "could not be made durable": ([_answered(503)], Outcome.UNKNOWN),
    "a fault of ours": ([_answered(500)], Outcome.UNKNOWN),
    "no answer": ([_unanswered(sent=True)], Outcome.UNKNOWN),
    "never left": ([_unanswered(sent=False)], Outcome.FAILED),
    "the asker was killed": ([], Outcome.UNKNOWN),
    "answered twice by mistake": ([_answered(202, ACCEPTED), _answered(500)], Outcome.OK),
}


@pytest.mark.parametrize("case", CASES)
def test_what_became_of_a_request(case: str) -> None:
    lines, outcome = CASES[case]
    [one] = operations([ASKED, *lines], "refer")
    assert one.outcome is outcome
    assert one.lead == ("x" if outcome is Outcome.OK else None)


def test_a_body_may_be_text_or_json_and_a_problem_has_its_code() -> None:
    [text] = operations([ASKED, _answered(422, '{"code": "basis_missing"}')], "refer")
    [json] = operations([ASKED, _answered(422, {"code": "basis_missing"})], "refer")
    [none] = operations([ASKED, _answered(422, "<html>")], "refer")
    assert (text.code, json.code, none.code) == ("basis_missing", "basis_missing", None)


def test_only_the_kind_asked_for_is_told_in_order() -> None:
    others: list[Line] = [{"n": n, "at": 1.0, "what": "asked", "op": op} for n, op in ((3, "act"), (4, "refer"))]
    assert [one.asked["n"] for one in operations([ASKED, *others], "refer")] == [1, 4]
