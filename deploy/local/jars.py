"""Apache Kafka's jars: fetched once into the cache with jgo, and never used unless their sha256 is the committed
one.
"""

import fcntl
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.addresses import Say
from deploy.local.certificates import trusting_the_system
from deploy.local.errors import StackError

KAFKA_VERSION = "4.3.1"
LIST = Path(__file__).with_name("kafka.sha256")
_AT_ONCE = 6
_TIMEOUT = 60
_PAUSES = (0.5, 1.0)


@dataclass(frozen=True)
class Jar:
    """One line of the list: the hash and the Maven coordinate (group, artifact, version)."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def read_list(file: Path = LIST) -> tuple[Jar, ...]:
    """The committed list, `sha256  group:artifact:version` a line (written by `python -m deploy.local.list_jars`)."""
    lines = [line.split() for line in file.read_text().splitlines() if line]
    return tuple(Jar(sha256, *coordinate.split(":")) for sha256, coordinate in lines)


def kafka_jars(
    cache: Path, say: Say, listed: Sequence[Jar] | None = None, repositories: Mapping[str, str] | None = None
) -> list[Path]:
    """The class path, in the list's order, every jar checked. Missing or spoiled ones are fetched first, with
    progress lines.

    StackError when a fetched jar is not the listed one, or cannot be had. `repositories` (name to address) is for
    tests: the default
    is jgo's own.
    """
    listed = read_list() if listed is None else listed
    folder = cache / f"kafka-{KAFKA_VERSION}"
    if any(not _is_listed(folder / jar.file_name, jar) for jar in listed):
        with _alone(folder):
            _fetch_missing(folder, listed, repositories, say)
    return [folder / jar.file_name for jar in listed]


def _is_listed(file: Path, jar: Jar) -> bool:
    return file.exists() and sha256_of(file) == jar.sha256


def sha256_of(file: Path) -> str:
    """The file's sha256 in hex."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two stacks that start for the first time share one download: the second waits and then finds the jars there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_missing(folder: Path, listed: Sequence[Jar], repositories: Mapping[str, str] | None, say: Say) -> None:
    missing = [jar for jar in listed if not _is_listed(folder / jar.file_name, jar)]
    if not missing:
        return
    say(f"fetching Apache Kafka {KAFKA_VERSION}: {len(missing)} jars (once, then kept in {folder})")
    with (
        trusting_the_system(),
        tempfile.TemporaryDirectory(dir=folder, prefix="arriving-") as draft,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        arriving = [pool.submit(_fetch, jar, folder, Path(draft), repositories) for jar in missing]
        try:
            _report((job.result() for job in arriving), len(missing), say)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _report(sizes: Iterator[int], of: int, say: Say) -> None:
    """A line every two seconds, and one at the end."""
    said, total = time.monotonic(), 0
    for done, size in enumerate(sizes, start=1):
        total += size
        if done == of or time.monotonic() - said > 2:
            say(f"Kafka: {done} of {of} jars, {total / 1e6:.0f} MB")
            said = time.monotonic()


def _fetch(jar: Jar, folder: Path, draft: Path, repositories: Mapping[str, str] | None) -> int:
    """Fetch one jar, check it, and only then give it its place. Its size in bytes."""
    arrived = _download_patiently(jar, draft, repositories)
    found = sha256_of(arrived)
    if found != jar.sha256:
        raise StackError(
            f"{jar.file_name} is not the listed one: its sha256 is {found}, {LIST.name} says {jar.sha256}; not used"
        )
    size = arrived.stat().st_size
    shutil.move(arrived, folder / jar.file_name)
    return size


def _download_patiently(jar: Jar, draft: Path, repositories: Mapping[str, str] | None) -> Path:
    """Three tries. A loop, not the retry library: that one writes a log line with everything in it on standard
    output.
    """
    for pause in _PAUSES:
        try:
            return _download(jar, draft, repositories)
        except (OSError, RuntimeError):
            time.sleep(pause)
    try:
        return _download(jar, draft, repositories)
    except (OSError, RuntimeError) as failed:
        raise StackError(f"cannot fetch {jar.file_name}: {failed}") from None


def _download(jar: Jar, draft: Path, repositories: Mapping[str, str] | None) -> Path:
    """One jar into an empty folder of its own: jgo takes a half-written file of an earlier try for a whole one."""
    from jgo.maven import MavenContext  # a development requirement: absent where the stack is not run

    context = MavenContext(
        repo_cache=Path(tempfile.mkdtemp(dir=draft)),
        remote_repos=dict(repositories) if repositories else None,
        timeout=_TIMEOUT,
    )
    return context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
