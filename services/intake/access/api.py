"""`POST /intake/oauth/token`: a key or a sign-in secret for a token of 60 s (RFC 6749, 4.4)."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.auth.signing import SECONDS
from services.chassis.http.problems import problem_body
from services.chassis.http.routes import Answer, Call, Route
from services.intake.access.storage.issuer import TokenMint
from services.intake.access.storage.keys import whose_key

INVALID_CLIENT: Final = "invalid_client"
"""The error word of RFC 6749, 5.2, and the code of the problem: the same for an unknown, revoked and expired key."""


class TokenRequest(BaseModel):
    """Who asks, and with what secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    grant_type: Literal["client_credentials"] = "client_credentials"
    client_id: Annotated[str, Field(max_length=80, examples=["partner:openhand"])]
    client_secret: Annotated[str, Field(max_length=200, repr=False)]


class TokenAnswer(BaseModel):
    """A bearer token and the seconds it is good for."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the word of the standard
    expires_in: int = SECONDS


def token_route(mint: TokenMint) -> Route:
    """The one place where tokens are made. A secret has 160 random bits, so that trying some out leads nowhere."""

    async def exchange(call: Call[TokenRequest]) -> Answer:
        identity = await whose_key(call.work, call.parts.keys, call.body.client_secret)
        if identity is None or str(identity) != call.body.client_id:
            return Answer(401, _refusal(), headers={"www-authenticate": 'Bearer realm="baton"'})
        return Answer(body=TokenAnswer(access_token=mint.token(identity)))

    return Route(
        "POST",
        "/intake/oauth/token",
        exchange,
        serves=frozenset(),
        whose="the caller's own keys",
        summary="Exchange a key for a token of 60 seconds",
        takes=TokenRequest,
        form=TokenRequest,
        answers=TokenAnswer,
        public=True,
        also=(401,),
        limit=2048,
    )


def _refusal() -> dict[str, Any]:
    return problem_body(401, INVALID_CLIENT, "Client and secret do not belong together") | {"error": INVALID_CLIENT}
