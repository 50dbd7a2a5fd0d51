"""From a header to an identity, without a word on what was wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.chassis.auth.gate import Gate, admit
from services.chassis.auth.identity import Identity
from services.chassis.auth.keys import mint_key
from services.chassis.auth.signing import Issuer, TokenReader
from services.chassis.http.problems import Problem
from services.chassis.work import Work

INES = Identity("staff", "ines")


async def never(_work: Work, _key: str) -> Identity | None:
    raise AssertionError("no database is asked for a claim")


def a_gate(tmp_path: Path) -> tuple[Gate, str]:
    token = Issuer.open(tmp_path).token(INES, datetime.now(UTC))
    return Gate(TokenReader(tmp_path / "public"), never), token


def test_a_token_is_proven_at_once(tmp_path: Path) -> None:
    gate, token = a_gate(tmp_path)
    assert [gate.claim([f"{scheme} {token}"]).identity for scheme in ("Bearer", "bearer", "BEARER")] == [INES] * 3


def test_every_credential_that_is_none_gets_the_same_answer(tmp_path: Path) -> None:
    gate, token = a_gate(tmp_path)
    said = []
    wrong = [
        f"Basic {token}",
        "Bearer",
        "Bearer ",
        token,
        f"Bearer {token}x",
        "Bearer baton_partner_a_b",
        "Bearer a.b.c",
    ]
    for headers in [[one] for one in wrong] + [[f"Bearer {token}"] * 2]:
        with pytest.raises(Problem) as refused:
            gate.claim(headers)
        said.append((refused.value.status, str(refused.value.body()), str(refused.value.headers)))
    assert len(set(said)) == 1
    assert said[0][0] == 401
    assert 'error="invalid_token"' in said[0][2]


def test_without_a_credential_the_scheme_is_named(tmp_path: Path) -> None:
    gate, _ = a_gate(tmp_path)
    with pytest.raises(Problem) as refused:
        gate.claim([])
    assert refused.value.headers == {"www-authenticate": 'Bearer realm="baton"'}


def test_where_keys_are_not_read_a_key_is_no_credential(tmp_path: Path) -> None:
    Issuer.open(tmp_path)
    with pytest.raises(Problem, match="401"):
        Gate(TokenReader(tmp_path / "public")).claim([f"Bearer {mint_key('partner', 'openhand')}"])


def test_a_kind_is_admitted_only_where_it_is_served() -> None:
    admit(frozenset({"staff", "operator"}), INES)
    with pytest.raises(Problem, match="403 kind_not_served"):
        admit(frozenset({"partner"}), INES)
    with pytest.raises(Problem, match="403"):
        admit(frozenset(), INES)
