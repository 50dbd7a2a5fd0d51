"""Referrals of the load: the number makes the person, so nothing is remembered, and no two people share a token."""

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
            "given_name": "Ada",
            "family_name": f"Wren {letters(number)}",
            "birth_date": (_FIRST_BIRTH + timedelta(days=number % 25_000)).isoformat(),
            "phone": f"+4477{number:08}",
            "email": f"ada.wren.{number}@mail.example",
            "postcode": "LM1 4QX",
            "language": "en",
        },
        "permission": {"channels": ["phone"], "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"},
        "stated_interest": "learn_more",
    }


def body_of(number: int, routes: Sequence[str], seed: int) -> bytes:
    """The same as it is posted."""
    return json.dumps(referral(number, routes, seed)).encode()


def letters(number: int) -> str:
    """A number as a word: folding a name must not make two people one."""
    word = ""
    while number:
        number, digit = divmod(number, len(_LETTERS))
        word += _LETTERS[digit]
    return word or "zero"
