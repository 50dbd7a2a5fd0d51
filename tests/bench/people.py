"""Referrals of the load: the number makes the person, so nothing is remembered, and no two people are alike.

Names are words that share no beginning by their number's being near; towns and birthdays are spread, as people's are.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

_FIRST_BIRTH = date(1935, 1, 1)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def referral(number: int, routes: Sequence[str], seed: int) -> dict[str, Any]:
    """The `number`-th referral, below a hundred million; routes in turn, the study is a route's first word."""
    route = routes[number % len(routes)]
    study = route.partition("-")[0]
    return {
        "route": route,
        "study": study,
        "material": f"{study}-words@1",
        "external_id": f"R-{seed}-{number}",
        "disclosure_basis": {"kind": "self_referred", "reference": f"form {number}", "given_on": "2025-06-01"},
        "person": {
            "given_name": letters(spread(number)),
            "family_name": letters(spread(number + 1)),
            "birth_date": (_FIRST_BIRTH + timedelta(days=number % 25_000)).isoformat(),
            "phone": f"+4477{number:08}",
            "email": f"ada.wren.{number}@mail.example",
            "postcode": f"{spread(number) % 90_000 + 10_000}",
            "language": "en",
        },
        "permission": {"channels": ["phone"], "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"},
        "stated_interest": "learn_more",
    }


def body_of(number: int, routes: Sequence[str], seed: int) -> bytes:
    """The same as it is posted."""
    return json.dumps(referral(number, routes, seed)).encode()


def spread(number: int) -> int:
    """Another number below half a thousand million for each, far from its neighbours' (a prime step)."""
    return number * 317_811_077 % 456_976_003


def letters(number: int) -> str:
    """A number as a word: folding a name must not make two people one."""
    word = ""
    while number:
        number, digit = divmod(number, len(_LETTERS))
        word += _LETTERS[digit]
    return word or "zero"
