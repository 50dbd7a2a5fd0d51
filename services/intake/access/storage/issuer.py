"""The issuer's private key, read when the first token is asked for: only the api role needs the file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import Issuer
from services.chassis.settings import Settings

OPERATOR: Final = Identity("operator", "local")
"""Whoever holds the key files of this installation."""


class TokenMint:
    """Makes tokens of 60 s. Opens the key file at its first token, and makes it if there never was one."""

    def __init__(self, keys_dir: Path) -> None:
        self._keys_dir = keys_dir
        self._issuer: Issuer | None = None

    def token(self, identity: Identity) -> str:
        """A token for this identity, good from now by the real clock.

        Raises:
            SecretsError: the key file cannot be read.
        """
        if self._issuer is None:
            self._issuer = Issuer.open(self._keys_dir)
        return self._issuer.token(identity, datetime.now(UTC))


def operator_token(settings: Settings) -> str:
    """A token for whoever runs `baton` beside the key files: they could sign anything anyway."""
    return TokenMint(settings.keys_dir).token(OPERATOR)
