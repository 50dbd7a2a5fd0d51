"""The table `api_key`: digests under an outside pepper. Expiry is judged by the real clock, at every use (S6)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.chassis.audit import audit
from services.chassis.auth.identity import Identity
from services.chassis.auth.keys import PURPOSE, hash_key, mint_key, parse_key
from services.chassis.crypto.secrets import KeyRing
from services.chassis.work import Work
from services.intake.access.rules import ApiKey, gives_way

_COLUMNS: Final = "id, kind, owner, created, expires, revoked_at"

_WHOSE: Final = """
select kind, owner from api_key
where digest = any($1::bytea[]) and revoked_at is null and expires > clock_timestamp()
"""


async def issue_key(work: Work, ring: KeyRing, identity: Identity, lasts: timedelta) -> str:
    """A new key for this identity, to be shown once; the oldest of a staff member's sign-ins gives way to it.

    Raises:
        TooManyKeys: the identity has two live keys.
    """
    await work.run("select pg_advisory_xact_lock(hashtextextended('api_key:' || $1, 0))", str(identity))
    at = await work.value("select clock_timestamp()")
    if (old := gives_way(await keys_of(work, identity), identity.kind, at)) is not None:
        await revoke_key(work, old.id)
    key = mint_key(identity.kind, identity.id)
    hashed = hash_key(ring, key)
    id = await work.value(
        "insert into api_key (kind, owner, digest, pepper, expires) values ($1, $2, $3, $4, $5) returning id",
        identity.kind,
        identity.id,
        hashed.digest,
        hashed.version,
        at + lasts,
    )
    await audit(work, "key_issued", f"key:{id}", {"owner": str(identity)})
    return key


async def whose_key(work: Work, ring: KeyRing, key: str) -> Identity | None:
    """Whom a key belongs to now: None when it is none of ours, revoked or over.

    It is found by its digest, so neither the answer nor its time tells how near a guess came.
    """
    if parse_key(key) is None:
        return None
    row = await work.one(_WHOSE, [hash_key(ring, key, version=version).digest for version in ring.versions(PURPOSE)])
    return None if row is None else Identity(row["kind"], row["owner"])


async def keys_of(work: Work, identity: Identity | None = None) -> list[ApiKey]:
    """Every key of an identity, or of all, the newest last; revoked and expired ones too."""
    kind, owner = (identity.kind, identity.id) if identity else (None, None)
    rows = await work.fetch(
        f"select {_COLUMNS} from api_key where $1::text is null or (kind = $1 and owner = $2) "  # noqa: S608
        "order by kind, owner, created, id",
        kind,
        owner,
    )
    return [_key(dict(row)) for row in rows]


async def revoke_key(work: Work, id: UUID) -> bool:
    """End a key now; False when there is no such live key. Tokens it was exchanged for end within 60 s (S6)."""
    owner = await work.value(
        "update api_key set revoked_at = clock_timestamp() where id = $1 and revoked_at is null "
        "returning kind || ':' || owner",
        id,
    )
    if owner is not None:
        await audit(work, "key_revoked", f"key:{id}", {"owner": owner})
    return owner is not None


def _key(row: Mapping[str, Any]) -> ApiKey:
    return ApiKey(row["id"], row["kind"], row["owner"], row["created"], row["expires"], row["revoked_at"])
