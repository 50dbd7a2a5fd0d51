"""Which Kafka and PostgreSQL to use, decided in one place for the commands and for the tests.

The order: addresses given by environment; the local stack where its wheels exist; Docker elsewhere or when
BATON_STACK=docker; else an error
that says what is missing.
"""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from deploy.local.addresses import Infrastructure, Say, quiet
from deploy.local.binaries import wheel_folder
from deploy.local.containers import docker_is_there, in_containers
from deploy.local.errors import StackError
from deploy.local.java import java_of_wheel
from deploy.local.places import cache_folder
from deploy.local.stack import LocalStack

__all__ = ["Infrastructure", "choose", "given_addresses", "infrastructure", "lacking_for_local"]


@contextmanager
def infrastructure(
    home: Path | None = None,
    *,
    say: Say = quiet,
    environment: Mapping[str, str] | None = None,
    max_connections: int = 300,
) -> Iterator[Infrastructure]:
    """Kafka and PostgreSQL for the length of the block.

    What is started here is stopped at the end; given addresses are left as they are. Without `home` the local stack
    lives in a folder that
    is removed afterwards. Main thread only. Raises StackError.
    """
    environment = os.environ if environment is None else environment
    given = given_addresses(environment)
    if given is not None:
        yield given
    elif choose(environment) == "docker":
        with in_containers(say) as started:
            yield started
    else:
        with _local(home, say, environment, max_connections) as started:
            yield started


def given_addresses(environment: Mapping[str, str]) -> Infrastructure | None:
    """BATON_KAFKA and BATON_DATABASE_URL (or BATON_DATABASE_URL_FILE), or None. One without the other is a mistake,
    not a choice.
    """
    kafka, url = environment.get("BATON_KAFKA"), environment.get("BATON_DATABASE_URL")
    file = environment.get("BATON_DATABASE_URL_FILE")
    if not url and file:
        url = Path(file).read_text().strip()
    if kafka and url:
        return Infrastructure(kafka, url, "environment")
    if kafka or url:
        given, missing = ("BATON_KAFKA", "BATON_DATABASE_URL") if kafka else ("BATON_DATABASE_URL", "BATON_KAFKA")
        raise StackError(
            f"{given} is set and {missing} is not: give both addresses, or neither to have both started here"
        )
    return None


def choose(environment: Mapping[str, str]) -> Literal["local", "docker"]:
    """What to start when no addresses are given."""
    wish = environment.get("BATON_STACK", "")
    if wish not in ("", "local", "docker"):
        raise StackError("BATON_STACK must be `local` or `docker`")
    lacking = lacking_for_local()
    if wish != "docker" and not lacking:
        return "local"
    if wish == "local":
        raise StackError(f"BATON_STACK=local, but {lacking}")
    if docker_is_there():
        return "docker"
    reason = "BATON_STACK=docker" if wish == "docker" else lacking
    raise StackError(
        f"no Kafka and PostgreSQL to use: {reason}, and no Docker engine answers."
        " Start Docker, or set BATON_KAFKA and BATON_DATABASE_URL"
    )


def lacking_for_local() -> str:
    """What the local stack would need and this machine lacks; empty when nothing."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return f"the local stack runs on Linux x86-64 only, this is {sys.platform} {platform.machine()}"
    if wheel_folder() is None:
        return "PostgreSQL's programs are not installed (requirements-dev.lock)"
    if java_of_wheel() is None and shutil.which("java") is None:
        return "no Java is installed (requirements-dev.lock carries one)"
    return ""


@contextmanager
def _local(
    home: Path | None, say: Say, environment: Mapping[str, str], max_connections: int
) -> Iterator[Infrastructure]:
    if home is not None:
        with LocalStack(home, say=say, max_connections=max_connections) as stack:
            yield stack.infrastructure
        return
    with tempfile.TemporaryDirectory(prefix="baton-") as folder:
        cache = cache_folder(environment, Path(".baton").absolute())  # not in the folder that is removed
        with LocalStack(Path(folder), cache=cache, say=say, max_connections=max_connections) as stack:
            yield stack.infrastructure
