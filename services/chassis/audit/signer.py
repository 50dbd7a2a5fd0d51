"""The sealer's key: Ed25519, a 0600 file outside the database, its public halves beside it for whoever verifies."""

import hashlib
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from services.chassis.crypto.secrets import SecretsError, read_secret, write_secret

FOLDER: Final = "audit"
"""Below BATON_KEYS_DIR, and not in `public`: what verifies the audit log must never verify a token."""


class Signer:
    """Signs what a sealer has chained."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.id = _id_of(key.public_key())

    @classmethod
    def open(cls, keys_dir: Path) -> Self:
        """Read `audit/ed25519.pem`; the first ever makes it, and `audit/public/<key id>.pem` beside it.

        Raises:
            SecretsError: the private key cannot be read, written, or others may read it.
        """
        private = keys_dir / FOLDER / "ed25519.pem"
        if not private.exists():
            _make_once(private)
        key = load_pem_private_key(read_secret(private), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise SecretsError(f"{private}: is no Ed25519 key")
        signer = cls(key)
        signer._publish(private.parent / "public")
        return signer

    def sign(self, message: bytes) -> bytes:
        """64 bytes (RFC 8032)."""
        return self._key.sign(message)

    def _publish(self, folder: Path) -> None:
        file = folder / f"{self.id}.pem"
        if file.exists():
            return
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = folder / f".{self.id}.half"
        half.write_bytes(self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        half.chmod(0o644)
        half.replace(file)


class SealReader:
    """Says whether a signature is of one of the keys whose public halves lie in the folder."""

    def __init__(self, keys_dir: Path) -> None:
        self._folder = keys_dir / FOLDER / "public"
        self._keys: dict[str, Ed25519PublicKey] = {}

    def is_ours(self, signer: str, message: bytes, signature: bytes) -> bool:
        """Whether the key of that id signed exactly this."""
        if signer not in self._keys:
            self._look()
        key = self._keys.get(signer)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def _look(self) -> None:
        for file in sorted(self._folder.glob("*.pem")):
            key = load_pem_public_key(file.read_bytes())
            if isinstance(key, Ed25519PublicKey):
                self._keys[_id_of(key)] = key


def _id_of(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def _make_once(private: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(private, pem)
    except (SecretsError, OSError) as error:
        if not private.exists():  # else another process was first, and its key is the one
            raise SecretsError(f"{private}: cannot be made ({type(error).__name__})") from None
