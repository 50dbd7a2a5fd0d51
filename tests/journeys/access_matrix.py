"""Endpoint x identity: what each is answered. `tests.house.access` writes docs/access.md from it.

Columns: `owner`, whose data it is; `other`, of the same kind, with data of its own; `no scope`, of the same kind, with
none; `other kind`, somebody the endpoint does not serve; `nobody`, without a credential.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

COLUMNS: Final = ("owner", "other", "no scope", "other kind", "nobody")


@dataclass(frozen=True)
class Asked:
    """One endpoint: who plays each column, what is sent, and the status each gets; None is not asked."""

    who: tuple[str | None, ...]
    statuses: tuple[int | None, ...]
    body: Any = None
    form: Any = None
    note: str = ""


PARTNER: Final = ("partner:quarrel", "partner:stranger", "partner:nowhere", "staff:hanno", None)
STAFF: Final = ("staff:hanno", "staff:oona", "staff:stranger", "partner:quarrel", None)
SPONSOR: Final = ("sponsor:vell", "sponsor:marrable", "sponsor:nowhere", "staff:hanno", None)
OPERATOR: Final = ("operator:local", None, None, "partner:quarrel", None)
ANYBODY: Final = (None, None, None, "staff:hanno", None)

_LEAD: Final = "/desk/v1/leads/{lead}"
_LATER: Final = (datetime.now(UTC) + timedelta(days=1)).isoformat()
_COMMAND: Final = (200, 404, 404, 403, 401)
_REFUSED: Final = "somebody else's route and one that does not exist are refused alike"
_LINES: Final = "each line is answered by itself"
_BY_LINK: Final = "the link is the key; this one leads nowhere"
_BY_COOKIE: Final = "for whoever's browser has the session's cookie; here none has"

MATRIX: Final[dict[str, Asked]] = {
    "POST /intake/oauth/token": Asked(
        ANYBODY, (None, None, None, 401, 401), form={"client_id": "a", "client_secret": "b"},
        note="the secret in the body is the key; this one is none"),
    "POST /intake/v1/referrals": Asked(PARTNER, (202, 422, 422, 403, 401), body="referral", note=_REFUSED),
    "POST /intake/v1/referrals/batch": Asked(PARTNER, (200, 200, 200, 403, 401), body="lines", note=_LINES),
    "GET /intake/v1/network": Asked(OPERATOR, (200, None, None, 403, 401)),
    "PUT /intake/v1/network": Asked(OPERATOR, (200, None, None, 403, 401), body="network"),
    "GET /sign-in": Asked(ANYBODY, (None, None, None, 200, 200), note=_BY_COOKIE),
    "GET /sign-in/link/{token}": Asked(ANYBODY, (None, None, None, 200, 200), note="a button; it tells nothing"),
    "POST /sign-in/link/{token}": Asked(ANYBODY, (None, None, None, 404, 404), note=_BY_LINK),
    "GET /sign-in/refresh": Asked(ANYBODY, (None, None, None, 401, 401), note=_BY_COOKIE),
    "POST /sign-in/out": Asked(ANYBODY, (None, None, None, 303, 303), note=_BY_COOKIE),
    "GET /sign-in/factor": Asked(ANYBODY, (None, None, None, 303, 303), note=_BY_COOKIE),
    "POST /sign-in/factor/new": Asked(ANYBODY, (None, None, None, 303, 303), note=_BY_COOKIE),
    "POST /sign-in/factor": Asked(ANYBODY, (None, None, None, 303, 303), form={"code": "123456"}, note=_BY_COOKIE),
    "GET /desk/v1/queue": Asked(STAFF, (200, 200, 200, 403, 401), note="rows of the caller's own sites only"),
    f"GET {_LEAD}": Asked(STAFF, (200, 404, 404, 403, 401)),
    f"POST {_LEAD}/attempts": Asked(STAFF, _COMMAND, body={"channel": "phone", "result": "no_answer"}),
    f"POST {_LEAD}/blockers": Asked(STAFF, _COMMAND, body={"kind": "transport"}),
    f"POST {_LEAD}/blockers/{{kind}}/clear": Asked(STAFF, _COMMAND),
    f"POST {_LEAD}/next-action": Asked(STAFF, _COMMAND, body={"action": "call_again", "due_at": _LATER}),
    f"POST {_LEAD}/close": Asked(STAFF, _COMMAND, body={"reason": "not_interested"}),
    "GET /sla/a/{token}": Asked(ANYBODY, (None, None, None, 404, 404), note=_BY_LINK),
    "POST /sla/a/{token}": Asked(ANYBODY, (None, None, None, 404, 404), note=_BY_LINK),
    "GET /sla/v1/alerts": Asked(STAFF, (200, 200, 200, 403, 401), note="alerts of the caller's own sites only"),
    "POST /sla/v1/alerts/{alert}/acknowledge": Asked(
        STAFF, (404, 404, 404, 403, 401), note="no such alert; its owner: `tests/sla/board/test_api.py`"),
    "GET /reports/v1/studies/{study}/summary": Asked(SPONSOR, (200, 404, 404, 403, 401)),
}  # fmt: skip
