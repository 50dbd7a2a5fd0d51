"""What went wrong, as RFC 9457 says it: stable types, our own words, never a piece of what was sent (S1).

`type` is `/problems/<code>`, relative to the origin and stable for ever; a client branches on it (or on `code`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

MEDIA_TYPE: Final = "application/problem+json"

CODES: Final[dict[str, str]] = {
    "body_malformed": "The body is not what its media type says",
    "body_too_deep": "The body is nested too deeply",
    "cross_site": "This came from another site",
    "conflict": "It was changed by somebody else meanwhile",
    "field_invalid": "A field is not as it must be",
    "idempotency_key_invalid": "The Idempotency-Key header is missing or malformed",
    "idempotency_key_reused": "This Idempotency-Key was used with another body",
    "if_match_invalid": "The If-Match header must hold one strong tag",
    "if_match_missing": "The If-Match header is needed",
    "kind_not_served": "This is not for your kind of account",
    "media_type_unsupported": "This media type is not taken here",
    "method_not_allowed": "This method is not taken here",
    "not_found": "There is no such thing",
    "not_signed_in": "A valid token or key is needed",
    "query_malformed": "The query is malformed",
    "rate_limited": "Too many requests in this hour",
    "signature_invalid": "The request's signature is not taken",
    "signature_missing": "The request must be signed",
    "still_running": "The same request is still being answered",
    "timeout": "The body did not arrive in time",
    "too_large": "The body is too large",
    "unavailable": "This cannot be done safely right now",
    "unexpected": "Something went wrong on our side",
}
"""Every code of the chassis and its title; a service's own codes join by being raised."""

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")

Pointer = tuple[str, str]
"""A JSON pointer (RFC 6901) into the body and what is wrong there, both in our own words."""


class Problem(Exception):
    """An answer that is a refusal; raised anywhere below a route it rolls the `Work` back.

    Nothing that came from the request may be in it: `detail` and the texts of `pointers` are constants.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str | None = None,
        detail: str | None = None,
        pointers: Sequence[Pointer] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if not _CODE.fullmatch(code):
            raise ValueError("a problem's code is [a-z][a-z0-9_]{0,59}")
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.title = title or CODES.get(code) or code.replace("_", " ").capitalize()
        self.detail = detail
        self.pointers = tuple(pointers)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The problem document."""
        return problem_body(self.status, self.code, self.title, self.detail, self.pointers)


def problem_body(
    status: int,
    code: str,
    title: str | None = None,
    detail: str | None = None,
    pointers: Sequence[Pointer] = (),
    **more: Any,
) -> dict[str, Any]:
    """The document of RFC 9457, section 3; also for a refusal that is committed (`Answer(422, refused=...)`)."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title or CODES.get(code) or code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if pointers:
        body["errors"] = [{"pointer": pointer, "detail": says} for pointer, says in pointers]
    return body | more


class NotFound(Problem):
    """404, the one answer to "does not exist" and to "not yours" (S2)."""

    def __init__(self) -> None:
        super().__init__(404, "not_found")


class Conflict(Problem):
    """412: the tag in If-Match is not the current one; read again, then decide again."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(412, "conflict", detail=detail)


class Invalid(Problem):
    """422 with a pointer for each field that is not as it must be."""

    def __init__(self, *pointers: Pointer, code: str = "field_invalid", detail: str | None = None) -> None:
        super().__init__(422, code, detail=detail, pointers=pointers)


class Unavailable(Problem):
    """503: it could not be made durable, so it was not done (P16); `retry_after` in seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(503, "unavailable", headers={"retry-after": str(retry_after)})


class Apart(Exception):
    """These calls cannot be done in one `Work`: everything is undone, and each is done in a `Work` of its own."""
