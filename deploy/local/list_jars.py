"""Write kafka.sha256 anew: `python -m deploy.local.list_jars`, after a change of version here or in jars.py.

Each root is resolved by itself: resolved together, log4j's own dependency management would choose an older Kafka
client.
"""

import tempfile
from pathlib import Path

from deploy.local.jars import KAFKA_VERSION, LIST, sha256_of

LOG4J_VERSION = "2.25.4"
ROOTS = (
    ("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
    ("org.apache.logging.log4j", "log4j-core", LOG4J_VERSION),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J_VERSION),
)


def resolve(draft: Path) -> dict[tuple[str, str, str], Path]:
    """Every jar Kafka needs at run time, by group, artifact and version, fetched into the draft folder."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=draft, timeout=60)
    found: dict[tuple[str, str, str], Path] = {}
    for root in ROOTS:
        direct, indirect = context.resolver.resolve([context.create_dependency(":".join(root))])
        for one in [*direct, *(dependency for dependency in indirect if dependency.scope in ("compile", "runtime"))]:
            found[one.groupId, one.artifactId, one.version] = one.artifact.resolve()
    return found


def main() -> None:
    """Resolve, hash, write; refuse two versions of one artifact."""
    with tempfile.TemporaryDirectory() as draft:
        found = resolve(Path(draft))
        names = [(group, artifact) for group, artifact, _ in found]
        if len(set(names)) != len(names):
            raise SystemExit("two versions of one artifact; pin the roots so that they agree")
        lines = sorted(f"{sha256_of(file)}  {':'.join(coordinate)}" for coordinate, file in found.items())
    LIST.write_text("\n".join(sorted(lines, key=lambda line: line.split()[1])) + "\n")
    print(f"{len(lines)} jars listed in {LIST.name}")


if __name__ == "__main__":
    main()
