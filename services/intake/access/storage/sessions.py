"""Sign-in links and sessions: HMACs under an outside pepper, judged by the real clock at every use (S6, S7)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.chassis.audit import audit
from services.chassis.auth.identity import Identity
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import Keyed, keyed
from services.chassis.work import Work
from services.intake.access.rules import LINK_LASTS, SIGN_IN_LASTS

LINK: Final = "sign_in_link"
SESSION: Final = "session"
"""The peppers."""

_BYTES: Final = 32
_COLUMNS: Final = "id, staff, created, expires, factor_at"

_USE: Final = """
update sign_in_link set used_at = clock_timestamp()
where digest = any($1::bytea[]) and used_at is null and expires > clock_timestamp() returning staff
"""

_BEHIND: Final = f"""
select {_COLUMNS} from session where digest = any($1::bytea[]) and revoked_at is null and expires > clock_timestamp()
"""  # noqa: S608 - a list of columns

_END: Final = """
update session set revoked_at = clock_timestamp()
where (id = $1 or staff = $2) and revoked_at is null and expires > clock_timestamp() returning id
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A person who has signed in on one device."""

    id: UUID
    staff: str
    created: datetime
    expires: datetime
    factor_at: datetime | None

    @property
    def identity(self) -> Identity:
        """Who it is, with the freshness of the second factor, as tokens carry it."""
        return Identity("staff", self.staff, int(self.factor_at.timestamp()) if self.factor_at else None)


async def make_link(work: Work, ring: KeyRing, staff: str) -> str:
    """The secret of a link that signs this person in once, within `LINK_LASTS`."""
    secret = secrets.token_urlsafe(_BYTES)
    hashed = _of(ring, LINK, secret)
    await work.run(
        "insert into sign_in_link (staff, digest, pepper, expires) values ($1, $2, $3, clock_timestamp() + $4)",
        staff,
        hashed.digest,
        hashed.version,
        LINK_LASTS,
    )
    await audit(work, "sign_in_link_made", f"staff:{staff}")
    return secret


async def use_link(work: Work, ring: KeyRing, secret: str) -> tuple[str, str] | None:
    """Sign in by a link: the person, and the secret of a new session; None for one that is used, over or none."""
    staff = await work.value(_USE, _digests(ring, LINK, secret))
    if staff is None:
        return None
    work.actor = str(Identity("staff", staff))
    return staff, await open_session(work, ring, staff)


async def open_session(work: Work, ring: KeyRing, staff: str) -> str:
    """A new session's secret, for `SIGN_IN_LASTS`."""
    secret = secrets.token_urlsafe(_BYTES)
    hashed = _of(ring, SESSION, secret)
    id = await work.value(
        "insert into session (staff, digest, pepper, expires) values ($1, $2, $3, clock_timestamp() + $4) returning id",
        staff,
        hashed.digest,
        hashed.version,
        SIGN_IN_LASTS,
    )
    await audit(work, "signed_in", f"session:{id}", {"staff": staff})
    return secret


async def session_behind(work: Work, ring: KeyRing, secret: str | None) -> Session | None:
    """The live session of this secret; None for one that is revoked, over or none of ours."""
    if not secret:
        return None
    row = await work.one(_BEHIND, _digests(ring, SESSION, secret))
    return None if row is None else _session(row)


async def sessions(work: Work, staff: str | None = None) -> list[Session]:
    """Everybody's live sessions, or one person's, the newest last."""
    rows = await work.fetch(
        f"select {_COLUMNS} from session where ($1::text is null or staff = $1) "  # noqa: S608
        "and revoked_at is null and expires > clock_timestamp() order by created, id",
        staff,
    )
    return [_session(row) for row in rows]


async def end_sessions(work: Work, *, id: UUID | None = None, staff: str | None = None, act: str) -> int:
    """End one session, or all of a person's; how many. Tokens made from them end within 60 s (S6)."""
    ended = [row["id"] for row in await work.fetch(_END, id, staff)]
    for one in ended:
        await audit(work, act, f"session:{one}")
    return len(ended)


async def mark_factor(work: Work, id: UUID) -> None:
    """A second factor was given in this session just now."""
    await work.run("update session set factor_at = clock_timestamp() where id = $1", id)
    await audit(work, "second_factor_given", f"session:{id}")


async def forget_past(work: Work) -> int:
    """Links, sessions and nonces that are over: a day later nobody asks for them."""
    gone = 0
    for table in ("sign_in_link", "session", "signed_request"):
        gone += await work.value(
            f"with gone as (delete from {table} where expires < clock_timestamp() - interval '1 day' "  # noqa: S608
            "returning 1) select count(*) from gone"
        )
    return gone


def _session(row: Any) -> Session:
    return Session(row["id"], row["staff"], row["created"], row["expires"], row["factor_at"])


def _of(ring: KeyRing, purpose: str, secret: str, version: int | None = None) -> Keyed:
    return keyed(ring, purpose, secret, version=version)


def _digests(ring: KeyRing, purpose: str, secret: str) -> list[bytes]:
    return [_of(ring, purpose, secret, version).digest for version in ring.versions(purpose)]
