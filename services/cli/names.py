"""The services of this house, in the order a lead walks through them."""

from typing import Final

SERVICES: Final = ("intake", "routing", "sla", "reporting")
ALL: Final = "all"


def chosen(names: list[str]) -> list[str]:
    """`all` or any of the services, each once; raises `Fault` for anything else."""
    from services.cli.errors import Fault

    if unknown := [name for name in names if name not in (*SERVICES, ALL)]:
        raise Fault(f"there is no service {unknown[0]!r}; there are {', '.join(SERVICES)}, or all")
    return list(SERVICES) if ALL in names else list(dict.fromkeys(names))
