"""`baton key` and `baton sign-in`: a secret is printed once, works at the door, and never stands in a list."""

from pathlib import Path
from typing import Any

import pytest

from services.chassis.auth.identity import Identity
from services.chassis.crypto.secrets import KeyRing
from services.chassis.work import Work
from services.intake.access.storage.keys import whose_key
from services.intake.access.storage.sessions import session_behind, use_link
from services.intake.network.storage import add_revisions, lock_network
from tests.cli.conftest import Baton, InWork
from tests.intake.network.samples import SMALL, items


@pytest.fixture
def ring(baton: Baton, in_work: InWork, tmp_path: Path) -> KeyRing:
    """The small network applied, the keys of a server beside it."""

    async def apply(work: Work) -> None:
        await lock_network(work)
        await work.take_time()
        await add_revisions(work, items(SMALL))

    in_work("intake", apply)
    return KeyRing.open(tmp_path / "home" / "keys", create=True)


def whose(in_work: InWork, ring: KeyRing, key: str) -> Any:
    found: Identity | None = in_work("intake", lambda work: whose_key(work, ring, key))
    return str(found) if found else None


def test_a_key_is_printed_once_listed_without_its_secret_and_revoked(
    baton: Baton, in_work: InWork, ring: KeyRing
) -> None:
    issued = baton("key", "issue", "partner:openhand", "--days", "90")
    assert issued.exit_code == 0, issued.output
    key = issued.output.strip()
    assert whose(in_work, ring, key) == "partner:openhand"
    listed = baton("key", "list", "partner:openhand").output
    id = listed.splitlines()[1].split()[0]
    assert ("live" in listed, key.rpartition("_")[2] in listed) == (True, False)
    assert baton("key", "revoke", id).output == "revoked\n"
    assert whose(in_work, ring, key) is None
    assert "revoked" in baton("key", "list").output
    assert baton("key", "revoke", id).exit_code == 1


def test_a_third_live_key_is_refused(baton: Baton, ring: KeyRing) -> None:
    codes = [baton("key", "issue", "sponsor:northfield").exit_code for _ in range(3)]
    assert codes == [0, 0, 1]


def test_staff_sign_in_with_a_secret_of_their_own(baton: Baton, in_work: InWork, ring: KeyRing) -> None:
    signed_in = baton("sign-in", "--secret", "staff:ines")
    assert signed_in.exit_code == 0, signed_in.output
    assert whose(in_work, ring, signed_in.output.strip()) == "staff:ines"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("key", "issue", "partner:nobody"), "the network has no partner:nobody"),
        (("key", "issue", "staff:ines"), "baton sign-in"),
        (("key", "issue", "openhand"), "partner:<id>"),
        (("sign-in", "partner:openhand"), "baton key issue"),
        (("sign-in", "staff:nobody"), "the network has no staff:nobody"),
    ],
)
def test_who_gets_no_secret(baton: Baton, ring: KeyRing, words: tuple[str, ...], says: str) -> None:
    result = baton(*words)
    assert (result.exit_code, says in result.stderr) == (1, True), result.stderr


def test_away_from_the_servers_keys_none_is_made(baton: Baton, tmp_path: Path) -> None:
    result = baton("key", "issue", "partner:openhand")
    assert (result.exit_code, "BATON_KEYS_DIR" in result.stderr) == (1, True), result.stderr
    assert not (tmp_path / "home" / "keys").exists()


def test_a_link_signs_in_once_and_the_session_is_listed_and_revoked(
    baton: Baton, in_work: InWork, ring: KeyRing
) -> None:
    link = baton("sign-in", "staff:ines").output.strip()
    assert link.startswith("http://127.0.0.1:8080/sign-in/link/")
    used = [in_work("intake", lambda work: use_link(work, ring, link.rpartition("/")[2])) for _ in range(2)]
    assert [one and one[0] for one in used] == ["ines", None]
    listed = baton("session", "list", "staff:ines").output
    assert "staff:ines" in listed
    assert used[0][1] not in listed
    assert baton("session", "revoke", "staff:ines").output == "1 ended\n"
    assert in_work("intake", lambda work: session_behind(work, ring, used[0][1])) is None
    assert "nobody is signed in" in baton("session", "list").output
    assert baton("session", "revoke", "staff:ines").exit_code == 1
