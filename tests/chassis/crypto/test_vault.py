"""What is sealed for one lead and field opens for nothing else."""

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.crypto.vault import CannotOpen, seal, unseal

LEAD, KEY_ID = UUID(int=7), UUID(int=9)
KEY = bytes(range(32))


def test_the_cipher_is_the_published_one() -> None:
    """McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16 (AES-256, 96-bit nonce)."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plaintext = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = AESGCM(key).encrypt(bytes.fromhex("cafebabefacedbaddecaf888"), plaintext, bound)
    assert sealed.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )


def test_a_sealed_value_has_the_written_form() -> None:
    """Form byte, nonce, ciphertext, tag; bound to lead, key id and field: opened here without our code."""
    sealed = seal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, plaintext=b"+1 555")
    assert sealed[0] == 1
    opener = Cipher(algorithms.AES(KEY), modes.GCM(sealed[1:13], sealed[-16:])).decryptor()
    opener.authenticate_additional_data(b"baton.vault\x01" + LEAD.bytes + KEY_ID.bytes + b"phone")
    assert opener.update(sealed[13:-16]) + opener.finalize() == b"+1 555"


@given(plaintext=st.binary(max_size=300), field=st.text(min_size=1, max_size=40).filter(lambda t: t.isprintable()))
def test_whatever_is_sealed_opens_again(plaintext: bytes, field: str) -> None:
    sealed = seal(KEY, lead=LEAD, field=field, key_id=KEY_ID, plaintext=plaintext)
    assert len(sealed) == len(plaintext) + 29
    assert unseal(KEY, lead=LEAD, field=field, key_id=KEY_ID, sealed=sealed) == plaintext


@pytest.mark.parametrize(
    ("key", "lead", "field", "key_id"),
    [
        (bytes(32), LEAD, "phone", KEY_ID),
        (KEY, uuid4(), "phone", KEY_ID),
        (KEY, LEAD, "email", KEY_ID),
        (KEY, LEAD, "phone", uuid4()),
        (KEY, KEY_ID, "phone", LEAD),
    ],
    ids=["another key", "another lead", "another field", "another key id", "lead and key id swapped"],
)
def test_it_opens_for_nothing_else(key: bytes, lead: UUID, field: str, key_id: UUID) -> None:
    sealed = seal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, plaintext=b"+1 555")
    with pytest.raises(CannotOpen) as caught:
        unseal(key, lead=lead, field=field, key_id=key_id, sealed=sealed)
    assert caught.value.__cause__ is None


@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, plaintext=b"+1 555 0100"))
    where = data.draw(st.integers(0, len(sealed) - 1))
    sealed[where] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        unseal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, sealed=bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 12, 28])
def test_a_cut_value_is_refused(length: int) -> None:
    sealed = seal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, plaintext=b"")
    with pytest.raises(CannotOpen):
        unseal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, sealed=sealed[:length])


def test_the_same_value_never_seals_to_the_same_bytes() -> None:
    seals = {seal(KEY, lead=LEAD, field="phone", key_id=KEY_ID, plaintext=b"+1") for _ in range(1000)}
    assert len({value[1:13] for value in seals}) == 1000
