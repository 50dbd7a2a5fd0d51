"""The second factor: time-based codes (RFC 6238), each taken once; its secret sealed under a key outside the database.

30 s, six digits, SHA-1 as every authenticator app has it; one step either way. Five wrong codes within 15 minutes, and
none is taken until they are over: guessing one would take years.
"""

import hmac
import os
from datetime import datetime, timedelta
from typing import Final

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.audit import audit
from services.chassis.crypto.secrets import KeyRing
from services.chassis.work import Work

PURPOSE: Final = "second_factor"
"""The key that seals the secrets (S7)."""

MOST_WRONG: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
_STEP: Final = 30
_NONCE: Final = 12
_ISSUER: Final = "Baton"

_ENROL: Final = """
insert into second_factor as f (staff, secret, pepper) values ($1, $2, $3)
on conflict (staff) do update set secret = excluded.secret, pepper = excluded.pepper, failed = 0, last_step = 0
where f.confirmed_at is null returning true
"""

_FAILED: Final = """
update second_factor set failed = case when failed_at > $2::timestamptz - $3::interval then failed + 1 else 1 end,
  failed_at = $2 where staff = $1
"""


async def is_enrolled(work: Work, staff: str) -> bool:
    """Whether a second factor was set up and confirmed."""
    return bool(await work.value("select true from second_factor where staff = $1 and confirmed_at is not null", staff))


async def enrol(work: Work, ring: KeyRing, staff: str) -> str | None:
    """A new secret as an `otpauth` address, confirmed by the first code; None where one is confirmed already."""
    secret = pyotp.random_base32()
    key = ring.pepper(PURPOSE)
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key.secret).encrypt(nonce, secret.encode(), _bound_to(staff))
    if not await work.value(_ENROL, staff, sealed, key.version):
        return None
    await audit(work, "second_factor_made", f"staff:{staff}")
    return pyotp.TOTP(secret).provisioning_uri(name=staff, issuer_name=_ISSUER)


async def check(work: Work, ring: KeyRing, staff: str, code: str) -> bool:
    """Take a code, once; a wrong one counts. The work must be committed either way."""
    row = await work.one("select *, clock_timestamp() as now from second_factor where staff = $1 for update", staff)
    if row is None:
        return False
    at: datetime = row["now"]
    if row["failed"] >= MOST_WRONG and row["failed_at"] > at - LOCKED_FOR:
        return False
    step = step_of(_secret(ring, staff, row["secret"], row["pepper"]), code, at, after=row["last_step"])
    if step is None:
        await work.run(_FAILED, staff, at, LOCKED_FOR)
        await audit(work, "second_factor_refused", f"staff:{staff}")
        return False
    await work.run(
        "update second_factor set last_step = $2, failed = 0, confirmed_at = coalesce(confirmed_at, $3) "
        "where staff = $1",
        staff,
        step,
        at,
    )
    return True


async def forget(work: Work, staff: str) -> bool:
    """Take a person's second factor away: a lost phone. False where there was none."""
    gone = await work.value("delete from second_factor where staff = $1 returning true", staff)
    if gone:
        await audit(work, "second_factor_forgotten", f"staff:{staff}")
    return bool(gone)


def step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The step a code belongs to, one before to one behind now and later than any taken; None for a wrong code."""
    now = int(at.timestamp()) // _STEP
    codes = {step: pyotp.TOTP(secret).generate_otp(step) for step in (now - 1, now, now + 1)}
    right = [step for step, wanted in codes.items() if hmac.compare_digest(wanted.encode(), code.encode())]
    return next((step for step in right if step > after), None)


def _secret(ring: KeyRing, staff: str, sealed: bytes, version: int) -> str:
    key = ring.pepper(PURPOSE, version)
    return AESGCM(key.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(staff)).decode()


def _bound_to(staff: str) -> bytes:
    return b"baton.second_factor" + staff.encode()
