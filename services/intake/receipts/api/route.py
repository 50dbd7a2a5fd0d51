"""The routes of this room."""

from typing import Final

from services.chassis.auth.identity import Kind
from services.chassis.http.routes import Route
from services.intake.receipts.api.own_routes import RoutesShown, get_routes
from services.intake.receipts.api.receipts import (
    TOO_LATE,
    Receipt,
    Receipts,
    get_receipt,
    get_receipts,
    post_withdraw,
)

CODES: Final = (TOO_LATE,)
"""Problems of this room, besides the chassis' own."""

_SERVES: Final = frozenset[Kind]({"partner"})
_WHOSE: Final = "the calling partner's own referrals, as it sent them"


def receipt_routes() -> tuple[Route, ...]:
    """Reading receipts, taking one back, and the partner's own routes."""
    return (
        Route(
            "GET",
            "/intake/v1/referrals",
            get_receipts,
            serves=_SERVES,
            whose=_WHOSE,
            summary="Receipts behind a cursor (`?cursor=`, `?limit=`), or the one of an external id (`?external_id=`)",
            answers=Receipts,
        ),
        Route(
            "GET",
            "/intake/v1/referrals/{lead}",
            get_receipt,
            serves=_SERVES,
            whose=_WHOSE,
            summary="The receipt of one referral",
            answers=Receipt,
        ),
        Route(
            "POST",
            "/intake/v1/referrals/{lead}/withdraw",
            post_withdraw,
            serves=_SERVES,
            whose=_WHOSE,
            summary="Take a referral back, within 72 hours",
            answers=Receipt,
        ),
        Route(
            "GET",
            "/intake/v1/routes",
            get_routes,
            serves=_SERVES,
            whose="the calling partner's own routes, without a person",
            summary="Own routes: fields, current material, what is left of the week, next change, notices",
            answers=RoutesShown,
        ),
    )
