"""How long a key lives, how many live at once, what a key may be used for (privacy.md, "Who gets in")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

KEY_LASTS: Final = timedelta(days=365)
"""A partner's or sponsor's key, unless its issuer says less."""

SIGN_IN_LASTS: Final = timedelta(hours=12)
"""A staff member's refresh secret."""

LIVE_AT_ONCE: Final = 2
"""The old and the new one while a partner changes over."""

KEYED: Final = frozenset({"partner", "sponsor"})
"""Kinds that may send their key itself; a staff secret is only ever exchanged."""


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
