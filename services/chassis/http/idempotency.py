"""The same Idempotency-Key again is the same answer, for 400 days and with any concurrency (P2; delivery.md).

The key is locked first in the `Work` and its row written with the answer before the commit: effect and answer are
one. Key and fingerprint are kept only as keyed HMACs. A stored answer names no person (a lead id is fine).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import keyed, same
from services.chassis.faults import sqlstate_of
from services.chassis.http.problems import Apart, Problem
from services.chassis.work import Work

PURPOSE: Final = "idempotency"

_VERSION: Final = 1
"""This pepper is never rotated: under a new one every key of the last 400 days would be taken for a new request."""

_WAIT: Final = "4s"
"""How long a second request waits for the first, under the session's `lock_timeout` of 5 s."""

_WAIT_TOGETHER: Final = "1s"
"""How long several wait for a lock of somebody else's, before each goes alone."""

LOCK_TIMEOUT: Final = "55P03"

_RUNNING, _ANSWERED, _REFUSED = "running", "answered", "refused"

# One statement claims: the wait is set, then the key is locked, and only then is the row inserted.
_CLAIM: Final = """
insert into idempotency (client, key, fingerprint, state)
select $1, $2, $3, $4 from (
  select pg_advisory_xact_lock($6) as locked
  from (select set_config('lock_timeout', $5, true) as waits offset 0) as setting where waits is not null offset 0
) as turn where locked is not null
on conflict (client, key) do nothing returning true
"""

_COLUMNS: Final = "fingerprint, state, status, headers::text as headers, body, refused"

_FOUND: Final = f"select {_COLUMNS} from idempotency where client = $1 and key = $2 for update"  # noqa: S608 - ours

# Nobody is waited for: what another request holds is done alone. An answer that was committed between this statement's
# snapshot and its lock is met when ours is kept.
_LOOK: Final = f"""
select asked.locked, {_COLUMNS}, set_config('lock_timeout', $4, true)
from (
  select key, n, pg_try_advisory_xact_lock(turn) as locked
  from unnest($2::bytea[], $3::bigint[]) with ordinality as t(key, turn, n) offset 0
) as asked
left join idempotency as i on i.client = $1 and i.key = any($2::bytea[]) and i.key = asked.key and asked.locked
order by asked.n
"""  # noqa: S608 - made of our own texts

_KEEP: Final = """
update idempotency set fingerprint = $3, state = $4, status = $5, headers = $6::text::jsonb, body = $7, refused = $8
where client = $1 and key = $2
"""

_KEEP_ALL: Final = """
with kept as (
  insert into idempotency as i (client, key, fingerprint, state, status, headers, body, refused)
  select $1, key, fingerprint, state, status, headers::jsonb, body, refused
  from unnest($2::bytea[], $3::bytea[], $4::text[], $5::int[], $6::text[], $7::bytea[], $8::text[])
    as t(key, fingerprint, state, status, headers, body, refused)
  order by key
  on conflict (client, key) do update set fingerprint = excluded.fingerprint, state = excluded.state,
    status = excluded.status, headers = excluded.headers, body = excluded.body, refused = excluded.refused
  where i.state = 'refused' returning 1
)
select count(*) from kept
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it was sent, byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    """Set-Cookie lines; on no idempotent route, and never kept"""

    def beside(self, headers: Mapping[str, str]) -> "Stored":
        """The same with headers that belong to this one answer and are not kept."""
        return replace(self, headers={**self.headers, **headers})


@dataclass(frozen=True, slots=True)
class Fresh:
    """A key without an answer that stays; `refused_before`: the code its last refusal had, for the same content."""

    refused_before: str | None = None


Known = Stored | Problem | Fresh | None
"""What is known of a key and a content: the answer, a conflict, nothing yet; None: somebody is at it now."""


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
        claim = (self.client, self.key, self.fingerprint, _RUNNING, _WAIT, self.turn)
        try:
            new = await work.value(_CLAIM, *claim)
            row = None if new else await work.one(_FOUND, self.client, self.key)
        except Exception as error:
            if sqlstate_of(error) == LOCK_TIMEOUT:
                raise Problem(409, "still_running", headers={"retry-after": "2"}) from None
            raise
        known = Fresh() if row is None else self.judged(dict(row))
        if isinstance(known, Problem):
            raise known
        return known if isinstance(known, Stored) else known.refused_before

    @property
    def turn(self) -> int:
        """The advisory lock of this key: requests with the same one come one after the other."""
        return int.from_bytes(self.key[:8], signed=True)

    def judged(self, row: Mapping[str, Any]) -> Stored | Problem | Fresh:
        """What a row under this key means for this content."""
        equal = same(row["fingerprint"], self.fingerprint)
        if row["state"] == _REFUSED:
            return Fresh(str(row["refused"]) if equal else None)
        if not equal:
            return Problem(422, "idempotency_key_reused")
        return Stored(row["status"], json.loads(row["headers"]), bytes(row["body"]))

    async def keep(self, work: Work, answer: Stored, refused: str | None) -> None:
        """Store the answer of this `Work` beside its effect; a refusal is kept as its code and judged anew."""
        await work.run(_KEEP, self.client, self.key, *self._row(answer, refused))

    def _row(self, answer: Stored, refused: str | None) -> tuple[object, ...]:
        state = _REFUSED if refused else _ANSWERED
        headers = json.dumps(dict(answer.headers))
        return (self.fingerprint, state, answer.status, headers, b"" if refused else answer.body, refused)


async def look(work: Work, onces: Sequence[Once]) -> list[Known]:
    """Lock several keys of one client for the rest of the `Work`, without waiting, and say what is known of each."""
    keys, turns = [once.key for once in onces], [once.turn for once in onces]
    rows = await work.fetch(_LOOK, onces[0].client, keys, turns, _WAIT_TOGETHER)
    return [_known(once, dict(row)) for once, row in zip(onces, rows, strict=True)]


async def keep_all(work: Work, kept: Sequence[tuple[Once, Stored, str | None]]) -> None:
    """Store several answers of one client beside their effects; the codes of refusals in place of their answers.

    Raises:
        Apart: one of the keys was answered meanwhile.
    """
    if not kept:
        return
    rows = [(once.key, *once._row(answer, refused)) for once, answer, refused in kept]
    columns = [list(column) for column in zip(*rows, strict=True)]
    if await work.value(_KEEP_ALL, kept[0][0].client, *columns) < len(rows):
        raise Apart


def _known(once: Once, row: Mapping[str, Any]) -> Known:
    if not row["locked"]:
        return None
    return Fresh() if row["state"] is None else once.judged(row)


def _digest(ring: KeyRing, value: bytes) -> bytes:
    return keyed(ring, PURPOSE, value, version=_VERSION).digest
