"""Who PostgreSQL runs as, for root and for people whose user id has no name."""

import ctypes
import os
import pwd
import traceback
from pathlib import Path

import pytest

from deploy.local.account import other_account
from deploy.local.binaries import postgresql_programs
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from tests.deploy.local.probes import user_of

NAMELESS = 54_321
_SET_DUMPABLE = 4


def test_root_becomes_nobody_and_others_stay_who_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    account = other_account()
    assert account is not None
    assert account.uid == nobody.pw_uid
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert other_account() is None


def test_a_user_whose_id_has_no_name_runs_postgresql(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Root becomes such a user in a forked child; anybody else runs it as who they are."""
    folder = tmp_path_factory.mktemp("open")
    for one in (folder, folder.parent, folder.parent.parent):
        one.chmod(0o755)
    programs = postgresql_programs(folder, other_account(), print)
    root = os.geteuid() == 0
    os.chown(folder, NAMELESS if root else -1, -1)
    child = os.fork()
    if child == 0:
        os._exit(_run_once(programs, folder, NAMELESS if root else os.geteuid()))
    assert os.waitpid(child, 0)[1] == 0, (folder / "failed").read_text()
    assert (folder / "server" / "data" / "PG_VERSION").stat().st_uid == (NAMELESS if root else os.geteuid())


def _run_once(programs: Path, folder: Path, uid: int) -> int:
    """Become the user, make a server, see it answer and who it runs as. 0 when all went well."""
    try:
        if os.geteuid() != uid:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 1)  # as after an exec: /proc/self is ours again
        server = Postgres(programs, folder / "server", folder / "log", free_port(), "s" * 64)
        server.create()
        server.start()
        server.wait_ready()
        seen = user_of(server.child.process.pid) if server.child else -1
        server.stop()
        return int(seen != uid)
    except BaseException:
        (folder / "failed").write_text(traceback.format_exc())
        return 1
