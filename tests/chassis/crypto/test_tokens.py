"""Keyed tokens agree with the published vectors and differ by kind and version."""

import hashlib
from pathlib import Path

import pytest

from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import hmac_sha256, keyed, keyed_token, same

# RFC 4231, sections 4.2 to 4.8 (4.6 is about truncation, which nothing here does)
RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest.mark.parametrize(("key", "message", "digest"), RFC_4231)
def test_hmac_gives_the_published_digests(key: bytes, message: bytes, digest: str) -> None:
    assert hmac_sha256(key, message).hex() == digest


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.open(tmp_path / "keys", create=True)


def by_hand(key: bytes, message: bytes) -> bytes:
    """HMAC as RFC 2104 writes it down, for a key shorter than a block."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in padded) + inner).digest()


def test_a_token_is_the_hmac_under_the_file_of_its_kind(ring: KeyRing, tmp_path: Path) -> None:
    token = keyed_token(ring, "phone", "+49301234567")
    key = (tmp_path / "keys" / "pepper.token.phone.v1.key").read_bytes()
    assert token.version == 1
    assert token.digest == by_hand(key, b"+49301234567")


def test_equal_values_of_two_kinds_cannot_be_compared(ring: KeyRing) -> None:
    kinds = ["phone", "email", "name_birth"]
    assert len({keyed_token(ring, kind, "same").digest for kind in kinds}) == len(kinds)


def test_a_new_version_is_used_and_the_old_one_stays_comparable(ring: KeyRing) -> None:
    old = keyed_token(ring, "email", "a@b.example")
    ring.rotate("token:email")
    new = keyed_token(ring, "email", "a@b.example")
    assert (old.version, new.version) == (1, 2)
    assert old.digest != new.digest
    assert keyed_token(ring, "email", "a@b.example", version=1) == old


def test_bytes_and_their_text_are_one_value(ring: KeyRing) -> None:
    assert keyed(ring, "api_key", "Zoë") == keyed(ring, "api_key", "Zoë".encode())


def test_digests_are_compared_whole() -> None:
    digest = hashlib.sha256(b"x").digest()
    assert same(digest, bytes(digest))
    assert not same(digest, digest[:-1] + bytes([digest[-1] ^ 1]))
