"""The same Idempotency-Key again is the same answer, for 400 days and with any concurrency (P2; delivery.md).

The row is claimed first in the `Work` and written with its answer before the commit: effect and answer are one. Key
and fingerprint are kept only as keyed HMACs. A stored answer names no person (a lead id is fine).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import keyed, same
from services.chassis.faults import sqlstate_of
from services.chassis.http.problems import Problem
from services.chassis.work import Work

PURPOSE: Final = "idempotency"

_VERSION: Final = 1
"""This pepper is never rotated: under a new one every key of the last 400 days would be taken for a new request."""

_WAIT: Final = "4s"
"""How long a second request waits for the first, under the session's `lock_timeout` of 5 s."""

_LOCK_TIMEOUT: Final = "55P03"

_RUNNING, _ANSWERED, _REFUSED = "running", "answered", "refused"

# One statement claims: the wait is set where PostgreSQL must evaluate it before it inserts, and holds to the commit.
_CLAIM: Final = """
insert into idempotency (client, key, fingerprint, state)
select $1, $2, $3, $4 from (select set_config('lock_timeout', $5, true) as waits) as setting where waits is not null
on conflict (client, key) do nothing returning true
"""

_FOUND: Final = """
select fingerprint, state, status, headers::text as headers, body, refused
from idempotency where client = $1 and key = $2 for update
"""

_KEEP: Final = """
update idempotency set fingerprint = $3, state = $4, status = $5, headers = $6::text::jsonb, body = $7, refused = $8
where client = $1 and key = $2
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it was sent, byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Once:
    """One client's key and what it was used for, both as HMACs of 32 bytes."""

    client: str
    key: bytes
    fingerprint: bytes

    @classmethod
    def of(cls, ring: KeyRing, client: str, key: str, request: bytes) -> "Once":
        """`request` is what must be equal for two requests to be the same: method, path and canonical body."""
        return cls(client, _digest(ring, f"key\0{client}\0{key}".encode()), _digest(ring, b"request\0" + request))

    async def claim(self, work: Work) -> Stored | str | None:
        """Lock this key for the rest of the `Work`: the stored answer, the code of an earlier refusal, or None for new.

        Raises:
            Problem: 409 when the first request is still running after 4 s; 422 when the key came with another body.
        """
        try:
            new = await work.value(_CLAIM, self.client, self.key, self.fingerprint, _RUNNING, _WAIT)
            row = None if new else await work.one(_FOUND, self.client, self.key)
        except Exception as error:
            if sqlstate_of(error) == _LOCK_TIMEOUT:
                raise Problem(409, "still_running", headers={"retry-after": "2"}) from None
            raise
        if row is None:
            return None
        equal = same(row["fingerprint"], self.fingerprint)
        if row["state"] == _REFUSED:
            return str(row["refused"]) if equal else None
        if not equal:
            raise Problem(422, "idempotency_key_reused")
        return Stored(row["status"], json.loads(row["headers"]), bytes(row["body"]))

    async def keep(self, work: Work, answer: Stored, refused: str | None) -> None:
        """Store the answer of this `Work` beside its effect; a refusal is kept as its code and judged anew."""
        state = _REFUSED if refused else _ANSWERED
        headers = json.dumps(dict(answer.headers))
        kept = (state, answer.status, headers, b"" if refused else answer.body, refused)
        await work.run(_KEEP, self.client, self.key, self.fingerprint, *kept)


def _digest(ring: KeyRing, value: bytes) -> bytes:
    return keyed(ring, PURPOSE, value, version=_VERSION).digest
