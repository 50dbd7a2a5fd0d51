"""What a letter is, and what to do after a try to send it. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from contracts.vocabulary import SendFailure

TRIES: Final = 10
_FIRST: Final = timedelta(seconds=5)
_LONGEST: Final = timedelta(minutes=15)


class Code(StrEnum):
    """What came of one try, in our own words."""

    SENT = "sent"
    REFUSED = "refused"
    """the server will not take this recipient or this letter (5yz, RFC 5321, 4.2.1): no other try helps"""
    LATER = "later"
    """the server says later (4yz), or will not talk to us: its address or our sign-in is to be mended"""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no_address"
    NOT_KNOWN = "not_known"
    """the staff member was not heard of yet"""
    WITHDRAWN = "withdrawn"
    """answered between the claim and the send"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, plain text. `id` is its Message-ID: stable, so that a repeated send carries the same (P10)."""

    id: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means for its intent: delivered, failed for good, withdrawn, or another try after `again`."""

    delivered: bool = False
    failure: SendFailure | None = None
    again: timedelta | None = None


_AT_ONCE: Final = {Code.REFUSED: SendFailure.REFUSED, Code.NO_ADDRESS: SendFailure.NO_ADDRESS}

_IN_THE_END: Final = {
    Code.NOT_KNOWN: SendFailure.NO_ADDRESS,
    Code.TIMEOUT: SendFailure.UNREACHABLE,
    Code.UNREACHABLE: SendFailure.UNREACHABLE,
}


def judge(code: str, *, tries: int) -> Verdict:
    """The meaning of the `tries`-th try: 10 in all within about 70 minutes, 5 s, 15 s, 45 s, ... 15 min apart."""
    if code == Code.SENT:
        return Verdict(delivered=True)
    if code == Code.WITHDRAWN:
        return Verdict()
    if code in _AT_ONCE:
        return Verdict(failure=_AT_ONCE[Code(code)])
    if tries >= TRIES:
        known = Code(code) if code in set(Code) else Code.LATER
        return Verdict(failure=_IN_THE_END.get(known, SendFailure.GAVE_UP))
    return Verdict(again=min(_FIRST * 3 ** (tries - 1), _LONGEST))
