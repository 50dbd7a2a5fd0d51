"""The same two servers as Docker containers, for machines the local stack does not run on."""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from deploy.local.addresses import ADMINISTRATOR, HOST, Infrastructure, Say, database_url
from deploy.local.jars import KAFKA_VERSION
from deploy.local.ports import free_port

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

KAFKA_IMAGE = f"apache/kafka:{KAFKA_VERSION}"
POSTGRES_IMAGE = "postgres:18"
_STARTED = r".*Kafka Server started.*"
_ACCEPTS = ["pg_isready", "--host=127.0.0.1"]  # over TCP: the image's first server, for its set-up, has a socket only


def docker_is_there() -> bool:
    """Whether a Docker engine answers; a client alone is not one."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        asked = subprocess.run(
            [docker, "info", "--format", "{{.ServerVersion}}"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


@contextmanager
def in_containers(say: Say) -> Iterator[Infrastructure]:
    """Both containers on free ports of this machine; removed at the end."""
    kafka_port, secret = free_port(), secrets.token_hex(32)
    with ExitStack() as running:
        say(f"starting {POSTGRES_IMAGE} and {KAFKA_IMAGE} in Docker (the first time the images are fetched)")
        postgres = running.enter_context(_postgres(secret))
        running.enter_context(_kafka(kafka_port))
        yield Infrastructure(
            f"{HOST}:{kafka_port}", database_url(int(postgres.get_exposed_port(5432)), secret), "docker"
        )


def _postgres(secret: str) -> "DockerContainer":
    from testcontainers.core.container import DockerContainer  # a development requirement
    from testcontainers.core.wait_strategies import ExecWaitStrategy

    settings = (
        "max_connections=300 log_error_verbosity=terse log_parameter_max_length=0 log_parameter_max_length_on_error=0"
    )
    command = ["postgres", *(part for setting in settings.split() for part in ("-c", setting))]
    container = DockerContainer(POSTGRES_IMAGE).with_exposed_ports(5432).with_command(command)
    container.with_envs(POSTGRES_USER=ADMINISTRATOR, POSTGRES_DB="postgres", POSTGRES_PASSWORD=secret)
    container.with_env("POSTGRES_INITDB_ARGS", "--locale-provider=builtin --builtin-locale=C.UTF-8")
    return container.waiting_for(ExecWaitStrategy(_ACCEPTS).with_startup_timeout(120))


def _kafka(port: int) -> "DockerContainer":
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    container.with_envs(
        KAFKA_NODE_ID="1",
        KAFKA_PROCESS_ROLES="broker,controller",
        KAFKA_LISTENERS="PLAINTEXT://:9092,CONTROLLER://:9093",
        KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://{HOST}:{port}",
        KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
        KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR="1",
        KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR="1",
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
        KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS="1000",
        KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
    )
    return container.waiting_for(LogMessageWaitStrategy(_STARTED).with_startup_timeout(120))
