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
_OWN: Final = "/intake/v1/referrals/{lead}"
_MAPPING: Final = "/intake/v1/import-mappings/{mapping}"
_IMPORT: Final = "/intake/v1/imports/{import}"
_HOOK: Final = "/intake/v1/webhooks/{endpoint}"
COLUMNS_OF: Final = {"fields": {"external_id": {"column": "Record"}}}
_LATER: Final = (datetime.now(UTC) + timedelta(days=1)).isoformat()
_COMMAND: Final = (200, 404, 404, 403, 401)
_REFUSED: Final = "somebody else's route and one that does not exist are refused alike"
_LINES: Final = "each line is answered by itself"
_NO_IMPORT: Final = "no such import; its owner: `tests/intake/imports/test_upload.py`"
_NO_HOOK: Final = "no such endpoint; its owner: `tests/intake/webhooks/test_api.py`"
_BY_LINK: Final = "the link is the key; this one leads nowhere"
_BY_COOKIE: Final = "for whoever's browser has the session's cookie; here none has"

MATRIX: Final[dict[str, Asked]] = {
    "POST /intake/oauth/token": Asked(
        ANYBODY, (None, None, None, 401, 401), form={"client_id": "a", "client_secret": "b"},
        note="the secret in the body is the key; this one is none"),
    "POST /intake/v1/referrals": Asked(PARTNER, (202, 422, 422, 403, 401), body="referral", note=_REFUSED),
    "POST /intake/v1/referrals/batch": Asked(PARTNER, (200, 200, 200, 403, 401), body="lines", note=_LINES),
    "GET /intake/v1/referrals": Asked(PARTNER, (200, 200, 200, 403, 401), note="the caller's own receipts only"),
    f"GET {_OWN}": Asked(PARTNER, (200, 404, 404, 403, 401)),
    f"POST {_OWN}/supply": Asked(
        PARTNER, (409, 404, 404, 403, 401), body={"person": {"postcode": "LM1 4QX"}}, note="nothing is missing in it"),
    "GET /intake/v1/routes": Asked(PARTNER, (200, 200, 200, 403, 401), note="the caller's own only"),
    f"PUT {_MAPPING}": Asked(PARTNER, (200, 200, 200, 403, 401), body=COLUMNS_OF, note="a name is its partner's own"),
    f"GET {_MAPPING}": Asked(PARTNER, (200, 200, 200, 403, 401), note="each has its own under this name"),
    "POST /intake/v1/imports": Asked(PARTNER, (422, 422, 422, 403, 401), body="file", note=_REFUSED),
    "GET /intake/v1/imports": Asked(PARTNER, (200, 200, 200, 403, 401), note="the caller's own only"),
    f"GET {_IMPORT}": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_IMPORT),
    f"POST {_IMPORT}/start": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_IMPORT),
    f"POST {_IMPORT}/cancel": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_IMPORT),
    f"DELETE {_IMPORT}/file": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_IMPORT),
    f"GET {_IMPORT}/rows": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_IMPORT),
    f"GET {_IMPORT}/rows.csv": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_IMPORT),
    "GET /intake/v1/webhooks": Asked(PARTNER, (200, 200, 200, 403, 401), note="the caller's own only"),
    "POST /intake/v1/webhooks": Asked(
        PARTNER, (201, 201, 201, 403, 401), body={"url": "https://hooks.quarrel.example/baton"}),
    f"POST {_HOOK}/rotate": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_HOOK),
    f"POST {_HOOK}/enable": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_HOOK),
    f"POST {_HOOK}/test": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_HOOK),
    f"POST {_HOOK}/replay": Asked(
        PARTNER, (404, 404, 404, 403, 401), body={"since": "2026-03-01T08:00:00Z"}, note=_NO_HOOK),
    f"DELETE {_HOOK}": Asked(PARTNER, (404, 404, 404, 403, 401), note=_NO_HOOK),
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
    f"POST {_OWN}/withdraw": Asked(PARTNER, (200, 404, 404, 403, 401)),
    "GET /sla/a/{token}": Asked(ANYBODY, (None, None, None, 404, 404), note=_BY_LINK),
    "POST /sla/a/{token}": Asked(ANYBODY, (None, None, None, 404, 404), note=_BY_LINK),
    "GET /sla/v1/alerts": Asked(STAFF, (200, 200, 200, 403, 401), note="alerts of the caller's own sites only"),
    "POST /sla/v1/alerts/{alert}/acknowledge": Asked(
        STAFF, (404, 404, 404, 403, 401), note="no such alert; its owner: `tests/sla/board/test_api.py`"),
    "GET /reports/v1/studies/{study}/summary": Asked(SPONSOR, (200, 404, 404, 403, 401)),
    **{
        f"GET {prefix}/{name}": Asked(ANYBODY, (None, None, None, 200, 200), note="how to ask: no secret is in it")
        for prefix in ("/intake", "/desk", "/sla", "/reports") for name in ("docs", "openapi.json")
    },
}  # fmt: skip
