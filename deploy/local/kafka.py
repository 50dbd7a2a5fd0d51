"""One Apache Kafka broker (KRaft, controller in the same process) as a direct child, its data in the stack's home."""

import base64
import secrets
import signal
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.addresses import HOST
from deploy.local.children import Child, Errand, finish, start_child, stop_child, tail, wait_until
from deploy.local.errors import StackError

HEAP = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
QUIET = ("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Dsun.misc.unsafe.memory.access=allow")
"""No files in the system's temporary folder; no second compiler: 0.4 s less to start, and it does not fight for two
cores.
"""
_READY_WITHIN = 60.0

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller}
listeners={listeners}
advertised.listeners={advertised}
listener.security.protocol.map={protocols}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
group.min.session.timeout.ms=1000
log.retention.check.interval.ms=60000
log.index.size.max.bytes=1048576
log.segment.delete.delay.ms=5000
"""

_LOGGING = """\
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c: %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
"""


@dataclass(frozen=True)
class Door:
    """One more port to listen on; whoever comes in by it is told to come back by `advertised` (a proxy's port)."""

    port: int
    advertised: int


@dataclass
class Kafka:
    """`jars` is the class path; `home` is the broker's folder, written with its properties and data; `controller` its
    second port; `doors` are further listeners by name.
    """

    java: Path
    jars: Sequence[Path]
    home: Path
    log: Path
    port: int
    controller: int
    name: str = "kafka"
    child: Child | None = None
    doors: Mapping[str, Door] = field(default_factory=dict)

    def begin_format(self) -> Child | None:
        """Write the properties; start formatting the data folder if that was never done. Give the answer to `start`."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        data = self.home / "data"
        places = {"host": HOST, "controller": self.controller, "data": data, **self._listeners()}
        (self.home / "server.properties").write_text(_PROPERTIES.format(**places))
        (self.home / "log4j2.properties").write_text(_LOGGING)
        if (data / "meta.properties").exists():
            return None
        argv = [
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "-t",
            _cluster_id(),
            "-c",
            str(self.home / "server.properties"),
        ]
        return self._java("kafka format", ["-Xmx256m"], argv)

    def start(self, formatting: Child | None = None) -> None:
        """Start the broker, after its formatting is done; `wait_ready` says when it answers."""
        if formatting is not None and finish(formatting, _READY_WITHIN) != 0:
            raise StackError(f"Kafka could not format its data folder:\n{tail(self.log)}")
        self.child = self._java(self.name, HEAP, ["kafka.Kafka", str(self.home / "server.properties")])

    def wait_ready(self) -> None:
        """Return when it answers requests; StackError with the end of its log when it does not."""
        wait_until(self.is_ready, self.child, self.log, _READY_WITHIN)

    def is_ready(self) -> bool:
        """Ask it which versions of the protocol it speaks, the first thing any client does."""
        return _speaks_kafka(self.port)

    def _listeners(self) -> dict[str, str]:
        own = {"PLAINTEXT": Door(self.port, self.port), "CONTROLLER": Door(self.controller, self.controller)}
        every = own | {name.upper(): door for name, door in self.doors.items()}
        return {
            "listeners": ",".join(f"{name}://{HOST}:{door.port}" for name, door in every.items()),
            "advertised": ",".join(f"{name}://{HOST}:{door.advertised}" for name, door in every.items()),
            "protocols": ",".join(f"{name}:PLAINTEXT" for name in every),
        }

    def stop(self) -> None:
        """Controlled shutdown: logs flushed, next start needs no recovery."""
        if self.child is not None:
            stop_child(self.child, ask=signal.SIGTERM, grace=20)

    def _java(self, name: str, options: Sequence[str], argv: Sequence[str]) -> Child:
        logging = f"-Dlog4j2.configurationFile={self.home / 'log4j2.properties'}"
        class_path = ":".join(str(jar) for jar in self.jars)
        command: list[str | Path] = [self.java, *options, *QUIET, logging, "-cp", class_path, *argv]
        return start_child(name, Errand(command, self.log, {"LANG": "C.UTF-8", "TZ": "UTC"}, folder=self.home))


def _cluster_id() -> str:
    """A KRaft cluster id: 16 random bytes in URL base64; a leading dash would look like an option."""
    while (text := base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")).startswith("-"):
        pass
    return text


def _speaks_kafka(port: int) -> bool:
    """Send an ApiVersions request, version 0 (api key 18, correlation 7, no client id), and look for its correlation
    in the answer.
    """
    request = struct.pack(">hhih", 18, 0, 7, -1)
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return connection.recv(8)[4:] == struct.pack(">i", 7)
    except OSError:
        return False
