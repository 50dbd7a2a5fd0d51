"""What the door takes and answers."""

from collections.abc import Sequence
from typing import Any, Final

from services.chassis.http.problems import Problem
from services.chassis.http.routes import Answer, Call, Route, alone
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.referrals.api.accepted import Accepted
from services.intake.referrals.api.receive import receive
from services.intake.referrals.rules.referral import EXAMPLE, Referral

CODES: Final = ("external_id_reused", "field_not_allowed", "route_full")
"""Problems of this door, besides the chassis' own."""


def referral_route(keys: VaultKeys) -> Route:
    """The partners' door. What one partner sends at once is committed at once."""

    async def together(calls: Sequence[Call[Any]]) -> Sequence[Answer | Problem]:
        return await receive(keys, calls)

    return Route(
        "POST",
        "/intake/v1/referrals",
        alone(together),
        serves=frozenset({"partner"}),
        whose="the calling partner's own referrals and the person each is about",
        summary="Refer one person on a route",
        takes=Referral,
        answers=Accepted,
        idempotent=True,
        door=True,
        examples={"by phone, on a registry's route": EXAMPLE},
        run_together=together,
    )
