"""docker-compose.yml as the containers would see it: anchors merged, `${NAME:-default}` at its default."""

import re
from dataclasses import dataclass

import yaml

from tests.house.tree import root


@dataclass(frozen=True)
class Container:
    """One entry below `services:`; `ports` are (address, port outside, port inside)."""

    name: str
    image: str
    command: tuple[str, ...]
    environment: dict[str, str]
    ports: tuple[tuple[str, ...], ...]
    waits_for: dict[str, str]
    has_healthcheck: bool
    restart: str | None


def containers() -> dict[str, Container]:
    """Every container by its name."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (root() / "docker-compose.yml").read_text())
    return {name: _container(name, told) for name, told in yaml.safe_load(text)["services"].items()}


def _container(name: str, told: dict[str, object]) -> Container:
    def listed(key: str) -> list[str]:
        value = told.get(key, [])
        assert isinstance(value, list), f"{name}.{key} is written as a list"
        return [str(item) for item in value]

    def mapped(key: str) -> dict[str, object]:
        value = told.get(key, {})
        assert isinstance(value, dict), f"{name}.{key} is written as a mapping"
        return value

    return Container(
        name=name,
        image=str(told["image"]),
        command=tuple(listed("command")),
        environment={key: str(value) for key, value in mapped("environment").items()},
        ports=tuple(tuple(port.split(":")) for port in listed("ports")),
        waits_for={
            other: str(how["condition"]) for other, how in mapped("depends_on").items() if isinstance(how, dict)
        },
        has_healthcheck="healthcheck" in told,
        restart=str(told["restart"]) if "restart" in told else None,
    )
