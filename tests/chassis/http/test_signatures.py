"""Signed requests (S6): taken at most once and for five minutes, and only for exactly what was signed.

The signer here is written from RFC 9421, 2.5 and RFC 9530, without the code it tests.
"""

import asyncio
import base64
import hashlib
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.auth.identity import Identity
from services.chassis.http.signatures import Signing, public_key
from services.chassis.work import Work
from tests.chassis.http.conftest import Asking, Opening
from tests.chassis.http.harbour import a_boat, a_service

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PATH = "/harbour/v1/boats"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def signed(
    body: bytes, nonce: str, *, at: float = 0, key: Ed25519PrivateKey = KEY, idempotency: str = "s", keyid: str = "k1",
    path: str = PATH, leave_out: str = "",
) -> dict[str, str]:  # fmt: skip
    digest = f"sha-256=:{b64(hashlib.sha256(body).digest())}:"
    parts = {"@method": "POST", "@path": path, "content-digest": digest, "idempotency-key": idempotency}
    parts.pop(leave_out, None)
    covers = " ".join(f'"{name}"' for name in parts)
    params = f'({covers});created={int(time.time() + at)};nonce="{nonce}";keyid="{keyid}"'
    base = "\n".join([*(f'"{name}": {value}' for name, value in parts.items()), f'"@signature-params": {params}'])
    return {
        "content-type": "application/json", "idempotency-key": idempotency, "content-digest": digest,
        "signature-input": f"sig1={params}", "signature": f"sig1=:{b64(key.sign(base.encode()))}:",
    }  # fmt: skip


@pytest.fixture
def asking(opening: Opening) -> Asking:
    """Openhand must sign, kindred may."""
    public = KEY.public_key().public_bytes_raw()

    async def signing_of(_work: Work, identity: Identity) -> Signing | None:
        return Signing(identity.id == "openhand", {"k1": public})

    return opening(a_service(signing=signing_of))


async def post(asking: Asking, body: bytes, headers: dict[str, str], who: str = "partner:openhand") -> Any:
    answer = await asking(who).post(PATH, content=body, headers=headers)
    return answer.status_code, answer.json().get("code")


def a_body(**changes: Any) -> bytes:
    return json.dumps(a_boat(**changes)).encode()


async def test_a_signed_request_is_taken_once(asking: Asking) -> None:
    body, headers = a_body(), signed(a_body(), "once")
    assert await post(asking, body, headers) == (202, None)
    assert await post(asking, body, headers) == (401, "signature_invalid")
    assert await post(asking, body, signed(body, "again")) == (202, None)  # a repeat is signed anew


async def test_of_twenty_copies_at_once_one_is_taken(asking: Asking, opening: Opening) -> None:
    body, headers = a_body(), signed(a_body(), "copies")
    answers = await asyncio.gather(*(post(asking, body, headers) for _ in range(20)))
    assert sorted(status for status, _ in answers) == [202] + [401] * 19


async def test_what_was_undone_may_come_again_as_it_is(asking: Asking) -> None:
    body = a_body(name="keyless")
    headers = signed(body, "undone")
    assert [(await post(asking, body, headers))[0] for _ in range(2)] == [503, 503]


@pytest.mark.parametrize(
    ("at", "status"), [(-301, 401), (-298, 202), (25, 202), (32, 401)], ids=["old", "not yet", "ahead", "too far ahead"]
)
async def test_it_is_good_for_five_minutes(asking: Asking, at: int, status: int) -> None:
    assert (await post(asking, a_body(), signed(a_body(), f"at{at}", at=at, idempotency=f"at{at}")))[0] == status


CHANGED = {
    "another body": (a_body(name="Other"), {}),
    "another body and its digest": (
        a_body(name="Other"), {"content-digest": f"sha-256=:{b64(hashlib.sha256(a_body(name='Other')).digest())}:"}),
    "another idempotency key": (a_body(), {"idempotency-key": "other"}),
    "no digest": (a_body(), {"content-digest": ""}),
    "another nonce": (a_body(), {"signature-input": signed(a_body(), "other")["signature-input"]}),
    "two signatures": (a_body(), {"signature": "sig1=:a:, sig2=:b:"}),
    "no signature": (a_body(), {"signature": ""}),
    "words": (a_body(), {"signature-input": "sig1=everything"}),
    "signed for another path": (a_body(), signed(a_body(), "path", path="/harbour/v1/boats/x")),
    "the body not covered": (a_body(), signed(a_body(), "uncovered", leave_out="content-digest")),
    "the idempotency key not covered": (a_body(), signed(a_body(), "uncovered", leave_out="idempotency-key")),
    "an unknown key": (a_body(), signed(a_body(), "unknown", keyid="k2")),
    "somebody else's key": (a_body(), signed(a_body(), "stranger", key=STRANGER)),
}  # fmt: skip


@pytest.mark.parametrize(("body", "changes"), CHANGED.values(), ids=CHANGED)
async def test_anything_else_than_what_was_signed_is_refused(
    asking: Asking, body: bytes, changes: dict[str, str]
) -> None:
    for who in ("partner:openhand", "partner:kindred"):
        assert await post(asking, body, signed(a_body(), "changed") | changes, who) == (401, "signature_invalid")


async def test_who_must_sign_is_told_so_and_who_may_need_not(asking: Asking) -> None:
    plain = {"content-type": "application/json", "idempotency-key": "plain"}
    assert await post(asking, a_body(), plain) == (401, "signature_missing")
    assert await post(asking, a_body(), plain, "partner:kindred") == (202, None)
    unread = await asking("partner:openhand").get(f"{PATH}/01900000-0000-7000-8000-000000000000")
    assert unread.status_code == 401


def test_a_public_key_is_32_bytes() -> None:
    assert public_key(b64(bytes(32))) == bytes(32)
    assert [public_key(text) for text in ("", "?", b64(bytes(31)), b64(bytes(33)))] == [None] * 4
