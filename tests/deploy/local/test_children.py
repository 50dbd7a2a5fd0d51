"""A child ends with its parent, says why it ended, and is made to stop when it does not listen."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.children import Errand, finish, start_child, stop_child, wait_until
from deploy.local.errors import StackError
from deploy.local.identity import identity_of, wait_gone

ENVIRONMENT = dict(os.environ)
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
PARENT = """
import os, sys, time
from pathlib import Path
from deploy.local.children import Errand, start_child
child = start_child("sleep", Errand(["sleep", "60"], Path(sys.argv[1]), {"PATH": os.environ["PATH"]}))
print(child.process.pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_when_its_parent_is_killed_hard(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = identity_of(int(parent.stdout.readline()))
        assert child is not None
        parent.kill()
    assert wait_gone(child, within=5)


def test_a_child_that_does_not_listen_is_made_to_stop(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = start_child("deaf", Errand([sys.executable, "-c", DEAF], log, ENVIRONMENT))
    wait_until(lambda: "deaf" in log.read_text(), child, log, within=10)
    stop_child(child, grace=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_dies_before_it_is_ready_tells_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = start_child("thing", Errand([sys.executable, "-c", "raise SystemExit('no room')"], log, ENVIRONMENT))
    with pytest.raises(StackError, match="thing ended with code 1:\nno room"):
        wait_until(lambda: False, child, log, within=10)


def test_a_child_that_is_never_ready_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    child = start_child("thing", Errand(["sleep", "60"], tmp_path / "log", ENVIRONMENT))
    with pytest.raises(StackError, match="thing was not ready after 0 s"):
        wait_until(lambda: False, child, tmp_path / "log", within=0.1)
    with pytest.raises(StackError, match="thing was not done after 0 s"):
        finish(child, within=0.1)
    assert not child.is_alive()


def test_a_log_that_grew_long_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "thing.log"
    log.write_bytes(b"x" * 20_000_001)
    assert finish(start_child("thing", Errand(["echo", "new"], log, ENVIRONMENT)), within=10) == 0
    assert log.read_text() == "new\n"
    assert (tmp_path / "thing.log.1").stat().st_size == 20_000_001
