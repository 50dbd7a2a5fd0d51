"""Identities as text."""

import pytest

from services.chassis.auth.identity import KINDS, Identity


@pytest.mark.parametrize("kind", KINDS)
def test_an_identity_survives_being_written(kind: str) -> None:
    identity = Identity.parse(f"{kind}:site-017")
    assert identity is not None
    assert str(identity) == f"{kind}:site-017"


@pytest.mark.parametrize(
    "text", ["", "staff", "staff:", "root:a", "system:routing", "staff:a:b", "staff:A", "staff:a\n"]
)
def test_what_is_no_identity_is_none(text: str) -> None:
    assert Identity.parse(text) is None
