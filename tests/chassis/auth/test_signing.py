"""Tokens of 60 seconds: what is taken, and everything else (S6)."""

import base64
import hmac
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from services.chassis.auth import signing
from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import Issuer, TokenReader
from services.chassis.crypto.secrets import SecretsError

INES = Identity("staff", "ines")
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def a_reader(keys_dir: Path, *, seconds_later: float = 0) -> TokenReader:
    return TokenReader(keys_dir / "public", now=lambda: AT.timestamp() + seconds_later)


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed_by_hand(keys_dir: Path, header: dict[str, Any], claims: Any) -> str:
    """A JWS made without the code under test (RFC 7515, 5.1; RFC 8037, 3.1)."""
    key = load_pem_private_key((keys_dir / "issuer" / "ed25519.pem").read_bytes(), None)
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    text = f"{b64(header)}.{b64(claims)}"
    return f"{text}.{b64(key.sign(text.encode()))}"


def test_a_token_is_good_for_sixty_seconds_and_not_one_more(tmp_path: Path) -> None:
    token = Issuer.open(tmp_path).token(INES, AT)
    assert a_reader(tmp_path).read(token) == INES
    assert a_reader(tmp_path, seconds_later=59.9).read(token) == INES
    assert a_reader(tmp_path, seconds_later=60).read(token) is None


def test_a_token_made_by_hand_from_the_standards_is_read(tmp_path: Path) -> None:
    issuer = Issuer.open(tmp_path)
    claims = {"sub": "ines", "kind": "staff", "exp": int(AT.timestamp()) + 60}
    token = signed_by_hand(tmp_path, {"alg": "Ed25519", "kid": issuer.key_id}, claims)
    assert a_reader(tmp_path).read(token) == INES


GOOD = {"sub": "ines", "kind": "staff", "exp": int(AT.timestamp()) + 60}
CLAIMS = {
    "without an end": {"sub": "ines", "kind": "staff"},
    "with an end that is text": GOOD | {"exp": str(GOOD["exp"])},
    "with an end that is true": GOOD | {"exp": True},
    "with an unknown kind": GOOD | {"kind": "root"},
    "with two kinds": GOOD | {"kind": ["staff", "operator"]},
    "with no id": GOOD | {"sub": ""},
    "with an id that is no slug": GOOD | {"sub": "ines:operator"},
    "that is a list": [GOOD],
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_signed_token_is_refused(tmp_path: Path, claims: Any) -> None:
    issuer = Issuer.open(tmp_path)
    assert a_reader(tmp_path).read(signed_by_hand(tmp_path, {"alg": "Ed25519", "kid": issuer.key_id}, claims)) is None


def test_a_forged_token_is_refused(tmp_path: Path) -> None:
    issuer = Issuer.open(tmp_path)
    header, claims, signature = issuer.token(INES, AT).split(".")
    other = Issuer.open(tmp_path / "elsewhere")
    other.key_id = issuer.key_id
    promoted = b64(GOOD | {"kind": "operator"})
    public = next((tmp_path / "public").glob("*.pem")).read_bytes()
    forged = [
        f"{header}.{promoted}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        other.token(INES, AT),
        f"{b64({'alg': 'none', 'kid': issuer.key_id})}.{claims}.",
        hs256(issuer.key_id, claims, public),
        signed_by_hand(tmp_path, {"alg": "EdDSA", "kid": issuer.key_id}, GOOD),
        f"{b64(b'[' * 300)}.{claims}.{signature}",
        *("", ".", "a.b.c", "\N{SNOWMAN}", header, "x" * 100_000),
    ]
    assert [a_reader(tmp_path).read(token) for token in forged] == [None] * len(forged)


def hs256(key_id: str, claims: str, secret: bytes) -> str:
    """The public key as an HMAC secret: the classic confusion of algorithms."""
    text = f"{b64({'alg': 'HS256', 'kid': key_id})}.{claims}"
    return f"{text}.{b64(hmac.digest(secret, text.encode(), 'sha256'))}"


def test_an_ed448_key_in_the_folder_is_not_a_key_of_ours(tmp_path: Path) -> None:
    issuer = Issuer.open(tmp_path)
    pem = ed448.Ed448PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public" / "other.pem").write_bytes(pem)
    assert a_reader(tmp_path).read(issuer.token(INES, AT)) == INES


def test_an_unknown_key_id_makes_the_reader_look_again_but_not_for_each_forgery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = a_reader(tmp_path)
    assert reader.read(Issuer.open(tmp_path / "elsewhere").token(INES, AT)) is None
    token = Issuer.open(tmp_path).token(INES, AT)
    assert reader.read(token) is None
    monkeypatch.setattr(signing, "_REREAD", 0.0)
    assert reader.read(token) == INES


def test_a_key_made_just_after_the_reader_was_is_found_at_once(tmp_path: Path) -> None:
    reader = a_reader(tmp_path)
    assert reader.read(Issuer.open(tmp_path).token(INES, AT)) == INES


def test_the_private_key_is_the_issuers_alone_and_made_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        issuers = list(pool.map(lambda _: Issuer.open(tmp_path), range(8)))
    assert len({issuer.key_id for issuer in issuers}) == 1
    private, public = tmp_path / "issuer" / "ed25519.pem", list((tmp_path / "public").iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in (private, *public)] == [0o600, 0o644]
    assert [file.name for file in public] == [f"{issuers[0].key_id}.pem"]
    assert b"PRIVATE" not in public[0].read_bytes()


def test_a_lost_public_half_is_written_again(tmp_path: Path) -> None:
    issuer = Issuer.open(tmp_path)
    (tmp_path / "public" / f"{issuer.key_id}.pem").unlink()
    Issuer.open(tmp_path)
    assert a_reader(tmp_path).read(issuer.token(INES, AT)) == INES


def test_a_private_key_others_may_read_is_refused(tmp_path: Path) -> None:
    Issuer.open(tmp_path)
    (tmp_path / "issuer" / "ed25519.pem").chmod(0o640)
    with pytest.raises(SecretsError, match="0600"):
        Issuer.open(tmp_path)


def test_without_being_told_the_time_the_reader_takes_the_real_one(tmp_path: Path) -> None:
    issuer, now = Issuer.open(tmp_path), datetime.now(UTC)
    reader = TokenReader(tmp_path / "public")
    tokens = [issuer.token(INES, now + timedelta(seconds=shift)) for shift in (0, -61)]
    assert [reader.read(token) for token in tokens] == [INES, None]
