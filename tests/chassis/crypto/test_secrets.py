"""Key files are made once, whole, for their owner only."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.chassis.crypto.secrets import KeyRing, SecretsError, read_secret, write_secret

OPEN_AND_SHOW = """
import sys, pathlib
from services.chassis.crypto.secrets import KeyRing
ring = KeyRing.open(pathlib.Path(sys.argv[1]), create=True)
print(ring.master().secret.hex(), ring.pepper("api_key").secret.hex(), ring.read_or_make("signing", 64).hex())
"""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_everything_made_is_for_the_owner_only(keys: Path) -> None:
    ring = KeyRing.open(keys, create=True)
    ring.require("idempotency", "external_id", "api_key", "token:phone")
    ring.read_or_make("token-signing", 32)
    assert mode(keys) == 0o700
    assert {file.name: mode(file) for file in keys.iterdir()} == dict.fromkeys(
        [
            ".lock",
            "master.v1.key",
            "pepper.idempotency.v1.key",
            "pepper.external_id.v1.key",
            "pepper.api_key.v1.key",
            "pepper.token.phone.v1.key",
            "token-signing",
        ],
        0o600,
    )


def test_the_same_keys_are_found_again(keys: Path) -> None:
    first = KeyRing.open(keys, create=True)
    wanted = [first.master().secret, first.pepper("api_key").secret, first.read_or_make("x", 16)]
    again = KeyRing.open(keys, create=False)
    assert [again.master().secret, again.pepper("api_key").secret, again.read_or_make("x", 16)] == wanted
    assert len(set(wanted)) == 3


def test_processes_that_start_together_agree(keys: Path) -> None:
    def run(_: int) -> str:
        command = [sys.executable, "-c", OPEN_AND_SHOW, str(keys)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(run, range(6)))
    assert len(answers) == 1
    assert not [file for file in keys.iterdir() if file.name.startswith(".") and file.name != ".lock"]


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_others_can_reach_is_refused(keys: Path, bits: int) -> None:
    KeyRing.open(keys, create=True)
    (keys / "master.v1.key").chmod(bits)
    with pytest.raises(SecretsError, match="others may read it"):
        KeyRing.open(keys, create=True)


def test_a_master_key_is_not_made_anew_over_old_peppers(keys: Path) -> None:
    KeyRing.open(keys, create=True).require("api_key")
    (keys / "master.v1.key").unlink()
    with pytest.raises(SecretsError, match="without a master key"):
        KeyRing.open(keys, create=True)
    assert not (keys / "master.v1.key").exists()


def test_without_create_nothing_is_made(keys: Path) -> None:
    with pytest.raises(SecretsError, match="no such directory"):
        KeyRing.open(keys, create=False)
    keys.mkdir(mode=0o700)
    with pytest.raises(SecretsError, match=r"master\.v1\.key: cannot be read"):
        KeyRing.open(keys, create=False)
    KeyRing.open(keys, create=True)
    with pytest.raises(SecretsError, match=r"pepper\.api_key\.v1\.key: cannot be read"):
        KeyRing.open(keys, create=False).require("api_key")


def test_a_version_that_is_named_is_never_made(keys: Path) -> None:
    ring = KeyRing.open(keys, create=True)
    with pytest.raises(SecretsError, match=r"pepper\.api_key\.v3\.key: cannot be read"):
        ring.pepper("api_key", 3)
    assert ring.versions("api_key") == ()


def test_rotation_adds_a_version_and_the_next_process_uses_it(keys: Path) -> None:
    ring = KeyRing.open(keys, create=True)
    old = ring.pepper("api_key")
    new = ring.rotate("api_key")
    later = KeyRing.open(keys, create=False)
    assert ring.versions("api_key") == (1, 2)
    assert later.pepper("api_key") == new == ring.pepper("api_key")
    assert later.pepper("api_key", 1) == old


def test_a_key_cut_short_is_refused_and_not_repeated(keys: Path) -> None:
    KeyRing.open(keys, create=True)
    (keys / "master.v1.key").write_bytes(b"canary-4711")
    with pytest.raises(SecretsError, match="must be 32 bytes") as caught:
        KeyRing.open(keys, create=False)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "master.v2.key", "pepper.api_key.v1.key", "A"])
def test_a_name_cannot_leave_the_directory_or_take_the_rings_own(keys: Path, name: str) -> None:
    with pytest.raises(SecretsError, match="not a name"):
        KeyRing.open(keys, create=True).read_or_make(name, 16)


@pytest.mark.parametrize("purpose", ["", "../x", "a:b:c", "A", "a-b", "token:"])
def test_a_purpose_is_a_word_or_two(keys: Path, purpose: str) -> None:
    with pytest.raises(SecretsError, match="not a purpose"):
        KeyRing.open(keys, create=True).pepper(purpose)


def test_a_written_secret_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "s"
    write_secret(file, b"first")
    with pytest.raises(SecretsError, match="cannot be written"):
        write_secret(file, b"second")
    assert read_secret(file) == b"first"
    assert [found.name for found in tmp_path.iterdir()] == ["s"], "no half-written file stays"


def test_a_key_does_not_show_itself(keys: Path) -> None:
    key = KeyRing.open(keys, create=True).master()
    assert repr(key) == "Key(name='master', version=1)"
