"""What was asked of the system and what it answered: ok, failed or unknown (nobody can say)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.faults.history import Line


class Outcome(StrEnum):
    """What the asker knows."""

    OK = "ok"
    """answered 2xx: it must be there, once"""
    FAILED = "failed"
    """answered 4xx, or never sent: nothing of it may be there"""
    UNKNOWN = "unknown"
    """no answer, or 5xx: it may be there once or not at all"""


@dataclass(frozen=True, slots=True)
class Operation:
    """One request. `asked` is its line; `status` and `body` what came back, None where nothing did."""

    asked: Line
    outcome: Outcome
    status: int | None
    body: Any
    ended: float | None
    """seconds since 1970 when the answer came, None where none did"""

    @property
    def code(self) -> str | None:
        """The problem's stable code (RFC 9457), for what failed."""
        return self.body.get("code") if isinstance(self.body, dict) else None

    @property
    def lead(self) -> str | None:
        """The lead an accepted referral became."""
        lead = self.body.get("lead") if isinstance(self.body, dict) else None
        return lead if self.outcome is Outcome.OK and isinstance(lead, str) else None

    @property
    def name(self) -> str:
        """How a breach names it: the number of its line, which is all that is personal-free in every case."""
        return f"asked {self.asked['n']}"


def operations(history: Sequence[Line], op: str) -> Iterator[Operation]:
    """Every operation of a kind in the order asked. A line that was answered twice keeps its first answer."""
    answers: dict[int, Line] = {}
    for line in history:
        if line["what"] in ("answered", "failed_to_answer"):
            answers.setdefault(line["ask"], line)
    for line in history:
        if line["what"] == "asked" and line.get("op") == op:
            yield _operation(line, answers.get(line["n"]))


def _operation(asked: Line, answer: Line | None) -> Operation:
    if answer is None or answer["what"] == "failed_to_answer":
        never_left = answer is not None and answer.get("sent") is False
        return Operation(asked, Outcome.FAILED if never_left else Outcome.UNKNOWN, None, None, None)
    status, body = int(answer["status"]), answer.get("body")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            body = None
    return Operation(asked, _outcome(status), status, body, float(answer["at"]))


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.OK
    return Outcome.FAILED if 400 <= status < 500 else Outcome.UNKNOWN
