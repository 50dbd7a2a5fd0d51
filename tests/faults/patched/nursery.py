"""Processes of the product, forked from one that has everything imported: a start costs a tenth of the CPU.

`python -m tests.faults.patched.nursery` reads one JSON line a birth (`argv`, `environment`, `log`), answers
`{"born": pid}`, and says `{"ended": pid, "code": ...}` later. It ends when its input does, and its children with it.
"""

import ctypes
import gc
import json
import os
import select
import signal
import sys
import threading
from importlib import import_module
from types import FrameType
from typing import Any, Final, NoReturn

from tests.faults.patched.__main__ import main as launch
from tests.faults.patched.__main__ import prepare  # noqa: F401 - with it come all bugs and points

_IMPORTED: Final = (
    "services.cli.main",
    "services.cli.parked_mend",
    "services.chassis.process.main",
    *(f"services.{name}.app" for name in ("intake", "routing", "sla", "reporting")),
)
_DIES_WITH_PARENT: Final = 1


def main() -> None:
    """Import, then bear children until the input ends. One thread only: a fork copies no other."""
    for name in _IMPORTED:
        import_module(name)
    if threading.active_count() != 1:
        raise RuntimeError("an import has started a thread: a fork would not have it")
    gc.collect()
    gc.freeze()
    told, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.signal(signal.SIGCHLD, _wake)
    signal.set_wakeup_fd(wakes)
    _say(ready=os.getpid())
    while True:
        ready, _, _ = select.select([sys.stdin, told], [], [])
        if told in ready:
            os.read(told, 4096)
            _reap()
        if sys.stdin in ready:
            line = sys.stdin.readline()
            if not line:
                return
            _bear(json.loads(line))


def _wake(_number: int, _frame: FrameType | None) -> None:
    """The byte in the pipe is enough."""


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say(ended=pid, code=os.waitstatus_to_exitcode(status))


def _bear(wish: dict[str, Any]) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        _say(born=pid)
        return
    _live(parent, wish)


def _live(parent: int, wish: dict[str, Any]) -> NoReturn:
    """The child: what `exec` would have given it, and then the launcher."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _redirect(wish["log"])
        os.environ.clear()
        os.environ.update(wish["environment"])
        launch(wish["argv"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(log: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(source, target)


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
