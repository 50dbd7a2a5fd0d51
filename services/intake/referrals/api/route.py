"""What the door takes and answers."""

from collections.abc import Sequence
from typing import Any, Final

from services.chassis.auth.identity import Kind
from services.chassis.http.lines import LineAnswer
from services.chassis.http.problems import Problem
from services.chassis.http.routes import Answer, Call, Route, Together, alone
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.referrals.api.accepted import Accepted
from services.intake.referrals.api.receive import receive
from services.intake.referrals.rules.referral import EXAMPLE, Referral

CODES: Final = ("external_id_reused", "field_not_allowed", "route_full")
"""Problems of this door, besides the chassis' own."""


LINES: Final = 1_000
"""Referrals of one batch."""

BATCH_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of one batch; a thousand usual referrals are half a megabyte."""

_SERVES: Final = frozenset[Kind]({"partner"})
_WHOSE: Final = "the calling partner's own referrals and the person each is about"
_EXAMPLES: Final = {"by phone, on a registry's route": EXAMPLE}

POSTS: Final = "posts"
BATCHES: Final = "batches"
"""What a partner's requests are counted as (`Limits` of its agreement)."""


def referral_routes(keys: VaultKeys) -> tuple[Route, ...]:
    """The partners' doors. What one partner sends at once is committed at once."""

    async def together(calls: Sequence[Call[Any]]) -> Sequence[Answer | Problem]:
        return await receive(keys, calls)

    return _single(together), _batch(together)


def _single(together: Together) -> Route:
    return Route(
        "POST",
        "/intake/v1/referrals",
        alone(together),
        serves=_SERVES,
        whose=_WHOSE,
        summary="Refer one person on a route",
        takes=Referral,
        answers=Accepted,
        idempotent=True,
        status=202,
        also=(429,),
        door=True,
        examples=_EXAMPLES,
        run_together=together,
        counted=POSTS,
    )


def _batch(together: Together) -> Route:
    return Route(
        "POST",
        "/intake/v1/referrals/batch",
        alone(together),
        serves=_SERVES,
        whose=_WHOSE,
        summary="Refer up to 1,000 people, one a line; each line is answered by itself",
        takes=Referral,
        answers=LineAnswer,
        lines=LINES,
        limit=BATCH_LIMIT,
        door=True,
        examples=_EXAMPLES,
        run_together=together,
        counted=BATCHES,
    )
