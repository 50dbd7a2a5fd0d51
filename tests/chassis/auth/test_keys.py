"""API keys: their form, their strength, their hash."""

import hmac
from pathlib import Path

import pytest

from services.chassis.auth.identity import Identity, Kind
from services.chassis.auth.keys import hash_key, looks_like_key, mint_key, parse_key
from services.chassis.crypto.secrets import KeyRing


def test_a_minted_key_names_its_identity_and_carries_160_random_bits() -> None:
    keys = [mint_key("partner", "open-hand") for _ in range(200)]
    assert {parse_key(key) for key in keys} == {Identity("partner", "open-hand")}
    secrets = [int(key.rpartition("_")[2], 16) for key in keys]
    assert len(set(secrets)) == 200
    # of 200 draws each bit is set in about half: 50..150 is over seven standard deviations
    assert all(50 < sum(secret >> bit & 1 for secret in secrets) < 150 for bit in range(160))


@pytest.mark.parametrize(
    "text",
    [
        "", "baton", "baton_partner_openhand", "baton_partner_openhand_", "baton_partner_openhand_zz",
        "baton_root_openhand_" + "0" * 40, "baton_partner_Open_" + "0" * 40, "baton_partner__" + "0" * 40,
        "baton_partner_a_b_" + "0" * 40, "Baton_partner_a_" + "0" * 40, "baton_partner_a_" + "0" * 41,
        "baton_partner_a_" + "A" * 40, "baton_partner_a_" + "0" * 40 + "\n",
    ],
)  # fmt: skip
def test_what_is_no_key_is_nobodys(text: str) -> None:
    assert parse_key(text) is None


@pytest.mark.parametrize(("kind", "slug"), [("root", "a"), ("partner", "A"), ("partner", "a_b"), ("partner", "")])
def test_no_key_is_minted_for_what_is_no_identity(kind: Kind, slug: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        mint_key(kind, slug)


def test_a_key_is_kept_as_its_hmac_under_the_pepper(tmp_path: Path) -> None:
    ring, key = KeyRing.open(tmp_path / "ring", create=True), mint_key("partner", "openhand")
    kept = hash_key(ring, key)
    pepper = (tmp_path / "ring" / "pepper.api_key.v1.key").read_bytes()
    assert (kept.version, kept.digest) == (1, hmac.new(pepper, key.encode(), "sha256").digest())


def test_a_key_is_told_from_a_token() -> None:
    assert looks_like_key("baton_partner_a_b")
    assert not looks_like_key("eyJhbGciOiJFZDI1NTE5In0.e30.c2ln")
