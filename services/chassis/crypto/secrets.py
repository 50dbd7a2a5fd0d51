"""The 0600 files of BATON_KEYS_DIR: master keys, peppers, and whatever else must never lie in the database."""

import fcntl
import os
import re
import secrets as random_bytes
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
_SETTLED = 2_000_000_000  # nanoseconds a folder must have been left alone before its listing is kept
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,30}(:[a-z][a-z0-9_]{0,30})?")


class SecretsError(Exception):
    """The key files are not as they must be. The text names the file and never repeats what is in it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One secret key of 32 bytes: `name` says what for, `version` counts from 1."""

    name: str
    version: int
    secret: bytes = field(repr=False)


class KeyRing:
    """The keys of one directory. Holds what it read until the process ends; a rotation is seen by the next process."""

    def __init__(self, folder: Path, *, create: bool) -> None:
        self._folder = folder
        self._create = create
        self._held: dict[tuple[str, int], Key] = {}
        self._current: dict[str, int] = {}
        self._listed: tuple[int, tuple[str, ...]] = (0, ())

    @classmethod
    def open(cls, keys_dir: Path, *, create: bool) -> "KeyRing":
        """Open `keys_dir` and read the master key.

        With `create` a missing directory, master key or pepper is made, once, whoever comes first; a directory
        that holds peppers but no master key is refused, since a new one would lock the vault for ever.
        """
        if create:
            keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not keys_dir.is_dir():
            raise SecretsError(f"{keys_dir}: no such directory of keys")
        ring = cls(keys_dir, create=create)
        with _locked(keys_dir):
            names = [file.name for file in keys_dir.glob("*.key")]
            if any(name.startswith("pepper.") for name in names) and not any(n.startswith("master.") for n in names):
                raise SecretsError(f"{keys_dir}: peppers without a master key; restore it, a new one opens nothing")
        ring.master()
        return ring

    def master(self, version: int | None = None) -> Key:
        """Return the key that wraps data keys; the highest version unless one is named."""
        return self._key("master", version)

    def pepper(self, purpose: str, version: int | None = None) -> Key:
        """Return the HMAC key of a purpose (`api_key`, `token:phone`); the highest version unless one is named."""
        return self._key(_pepper_name(purpose), version)

    def require(self, *purposes: str) -> None:
        """Read the current pepper of each purpose now, so that a missing one is found at start, not by a caller."""
        for purpose in purposes:
            self.pepper(purpose)

    def versions(self, purpose: str) -> tuple[int, ...]:
        """Return the versions of a purpose's pepper on disk, lowest first."""
        return self._versions(_pepper_name(purpose))

    def rotate(self, purpose: str) -> Key:
        """Make the next version of a pepper and use it from now on; the older ones stay readable."""
        return self._next(_pepper_name(purpose))

    def rotate_master(self) -> Key:
        """Make the next master key: new data keys are wrapped with it, older ones open under their own version."""
        return self._next("master")

    def read_or_make(self, name: str, size: int) -> bytes:
        """Return the `size` random bytes kept under `name`, made once by whoever comes first."""
        return self.read_or_put(name, lambda: random_bytes.token_bytes(size))

    def read_or_put(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return what is kept under `name`; if nothing is, keep `make()` (a private key in its own format)."""
        if not _NAME.fullmatch(name) or name.startswith(("master.", "pepper.")):
            raise SecretsError(
                "not a name for a secret: a-z, 0-9, dot, dash and underscore, and none of the ring's own"
            )
        return self._read_or_put(self._folder / name, make)

    def _key(self, name: str, version: int | None) -> Key:
        if version is None:
            version = self._current.get(name) or max(self._versions(name), default=0) or 1
            self._current[name] = version
            make = True
        else:
            make = False  # a version that somebody names was used once: a new key in its place opens nothing
        if (name, version) not in self._held:
            file = self._file(name, version)
            secret = self._read_or_put(file, _fresh) if make else read_secret(file)
            if len(secret) != KEY_BYTES:
                raise SecretsError(f"{file}: must be {KEY_BYTES} bytes")
            self._held[name, version] = Key(name, version, secret)
        return self._held[name, version]

    def _next(self, name: str) -> Key:
        with _locked(self._folder):
            version = max(self._versions(name), default=0) + 1
            write_secret(self._file(name, version), _fresh())
        self._current[name] = version
        return self._key(name, version)

    def _versions(self, name: str) -> tuple[int, ...]:
        pattern = re.compile(rf"{re.escape(name)}\.v([1-9]\d{{0,5}})\.key")
        return tuple(sorted(int(m[1]) for name in self._names() if (m := pattern.fullmatch(name))))

    def _names(self) -> tuple[str, ...]:
        """The folder's files, listed anew when it has changed: each acceptance asks for the versions of a pepper."""
        changed = self._folder.stat().st_mtime_ns
        if self._listed[0] != changed:
            names = tuple(file.name for file in self._folder.iterdir())
            if time.time_ns() - changed < _SETTLED:  # the clock of files is coarse: it may change again unseen
                return names
            self._listed = changed, names
        return self._listed[1]

    def _file(self, name: str, version: int) -> Path:
        return self._folder / f"{name}.v{version}.key"

    def _read_or_put(self, file: Path, make: Callable[[], bytes]) -> bytes:
        if self._create and not file.exists():
            with _locked(self._folder):
                if not file.exists():
                    write_secret(file, make())
        return read_secret(file)


def read_secret(file: Path) -> bytes:
    """Return a secret file's bytes; refuse one that its group or the world may read or write."""
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_mode & 0o077:
                raise SecretsError(f"{file}: others may read it; set its mode to 0600")
            return opened.read()
    except OSError as error:
        raise SecretsError(f"{file}: cannot be read ({type(error).__name__})") from None


def write_secret(file: Path, content: bytes) -> None:
    """Write a secret that does not exist yet, mode 0600, on disk before its name is: a crash leaves all or nothing."""
    half = file.with_name(f".{file.name}.{random_bytes.token_hex(8)}")
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        os.link(half, file)  # refuses to replace, which a rename would do silently
        _sync_folder(file.parent)
    except OSError as error:
        raise SecretsError(f"{file}: cannot be written ({type(error).__name__})") from None
    finally:
        half.unlink(missing_ok=True)


def _fresh() -> bytes:
    return random_bytes.token_bytes(KEY_BYTES)


def _pepper_name(purpose: str) -> str:
    if not _PURPOSE.fullmatch(purpose):
        raise SecretsError("not a purpose: `word` or `word:word` of a-z, 0-9 and underscore")
    return "pepper." + purpose.replace(":", ".")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the directory's lock; where nothing can be written (a mounted secret) nobody makes keys either."""
    try:
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
