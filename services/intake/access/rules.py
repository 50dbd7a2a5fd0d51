"""How long keys and sessions live, how many keys live at once, where a sign-in may lead (privacy.md, "Who gets in")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

KEY_LASTS: Final = timedelta(days=365)
"""A partner's or sponsor's key, unless its issuer says less."""

SIGN_IN_LASTS: Final = timedelta(hours=12)
"""A staff member's refresh secret."""

LINK_LASTS: Final = timedelta(minutes=15)
"""A sign-in link, used once."""

FACTOR_LASTS: Final = timedelta(hours=8)
"""How long a second factor counts as fresh (privacy.md, "The vault")."""

LIVE_AT_ONCE: Final = 2
"""The old and the new one while a partner changes over."""

KEYED: Final = frozenset({"partner", "sponsor"})
"""Kinds that may send their key itself; a staff secret is only ever exchanged."""


_LOCAL: Final = re.compile(r"/(?![/\\])[\x21\x23-\x3b=\x3f-\x5b\x5d_a-z~]{0,1999}")
"""A path of this origin: no second slash or backslash at its start, nothing a browser would strip or read otherwise."""


def local_path(wanted: str) -> str | None:
    """Where a sign-in leads on to; None for anything but a page of this origin that is not the sign-in itself."""
    if not _LOCAL.fullmatch(wanted) or re.match(r"/sign-in(?![a-z0-9-])", wanted):
        return None
    return wanted


def is_fresh(factor_at: int | None, at: datetime) -> bool:
    """Whether a second factor given then (seconds since 1970) still counts."""
    return factor_at is not None and 0 <= at.timestamp() - factor_at < FACTOR_LASTS.total_seconds()


class TooManyKeys(Exception):
    """The owner has two live keys: one must be revoked before there is another."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; its secret is not."""

    id: UUID
    kind: str
    owner: str
    created: datetime
    expires: datetime
    revoked_at: datetime | None = None

    def is_live(self, at: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and at < self.expires


def gives_way(keys: Sequence[ApiKey], kind: str, at: datetime) -> ApiKey | None:
    """The live key that ends so that its owner may have another; None while there is room.

    Raises:
        TooManyKeys: nobody ends a partner's or sponsor's key by the way: a system may be using it right now.
    """
    live = sorted((key for key in keys if key.is_live(at)), key=lambda key: (key.created, key.id))
    if len(live) < LIVE_AT_ONCE:
        return None
    if kind in KEYED:
        raise TooManyKeys
    return live[0]
