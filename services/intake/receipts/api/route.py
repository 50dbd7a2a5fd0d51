"""The routes of this room."""

from typing import Final

from services.chassis.auth.identity import Kind
from services.chassis.http.routes import Route
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.receipts.api.own_routes import RoutesShown, get_routes
from services.intake.receipts.api.receipts import (
    TOO_LATE,
    Receipt,
    Receipts,
    get_receipt,
    get_receipts,
    post_withdraw,
)
from services.intake.receipts.api.supply import NOTHING_MISSING, supplying
from services.intake.receipts.rules.supply import Supply

CODES: Final = (TOO_LATE, NOTHING_MISSING)
"""Problems of this room, besides the chassis' own."""

_SERVES: Final = frozenset[Kind]({"partner"})
_PATH: Final = "/intake/v1/referrals"
_WHOSE: Final = "the calling partner's own referrals, as it sent them"


def receipt_routes(keys: VaultKeys) -> tuple[Route, ...]:
    """Reading receipts, changing them, and the partner's own routes."""
    own = Route(
        "GET",
        "/intake/v1/routes",
        get_routes,
        serves=_SERVES,
        whose="the calling partner's own routes, without a person",
        summary="Own routes: fields, current material, what is left of the week, next change, notices",
        answers=RoutesShown,
    )
    return (*_reading(), *_changing(keys), own)


def _reading() -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            _PATH,
            get_receipts,
            serves=_SERVES,
            whose=_WHOSE,
            summary="Receipts behind a cursor, or the one of an external id",
            answers=Receipts,
            asks={
                "external_id": "the receipt of this id of yours",
                "cursor": "go on behind it: `next` of the page before",
                "limit": "receipts of a page, 1 to 200",
            },
        ),
        Route(
            "GET",
            f"{_PATH}/{{lead}}",
            get_receipt,
            serves=_SERVES,
            whose=_WHOSE,
            summary="The receipt of one referral",
            answers=Receipt,
        ),
    )


def _changing(keys: VaultKeys) -> tuple[Route, ...]:
    return (
        Route(
            "POST",
            f"{_PATH}/{{lead}}/withdraw",
            post_withdraw,
            serves=_SERVES,
            whose=_WHOSE,
            summary="Take a referral back, within 72 hours",
            answers=Receipt,
            also=(409,),
        ),
        Route(
            "POST",
            f"{_PATH}/{{lead}}/supply",
            supplying(keys),
            serves=_SERVES,
            whose="the calling partner's own referrals and the person each is about",
            summary="Supply what a referral came without, within 72 hours",
            takes=Supply,
            answers=Receipt,
            idempotent=True,
            examples={"a postcode": {"person": {"postcode": "10001"}}},
        ),
    )
