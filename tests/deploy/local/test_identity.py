"""A pid alone is nobody."""

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.identity import identity_of, is_running, send_signal, wait_gone, working_in


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as process:
        yield process
        process.kill()


def test_a_running_process_is_itself(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identity_of(sleeper.pid)
    assert identity is not None
    assert is_running(identity)
    assert identity != identity_of(os.getpid())


def test_a_recycled_pid_is_not_signalled(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identity_of(sleeper.pid)
    assert identity is not None
    for stranger in (replace(identity, started=identity.started - 1), replace(identity, boot="another boot")):
        assert not send_signal(stranger, signal.SIGKILL)
    assert sleeper.poll() is None


def test_the_process_meant_is_signalled_and_a_zombie_counts_as_gone(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identity_of(sleeper.pid)
    assert identity is not None
    assert send_signal(identity, signal.SIGKILL)
    assert wait_gone(identity, within=5)  # before anybody waited for it: a zombie
    assert not send_signal(identity, signal.SIGKILL)


def test_who_works_in_a_folder_is_found(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert working_in(tmp_path) == [sleeper.pid]
