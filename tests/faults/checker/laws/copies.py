"""Each service's copy of the network is the newest that was said; only sla has staff addresses."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.laws.rows import both_ways, by
from tests.faults.checker.models.folded import Folded

LAW: Final = "a service's state is what the topics say"
SERVICES: Final = ("routing", "sla", "reporting")


def law(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    """Every item, both ways; a placeholder for what was never said counts as none."""
    for service in SERVICES:
        kept = [row for row in tables[f"{service}.copy"] if row["stream"] == "network" and row["body"] is not None]
        must = partial(_row, model, hidden=() if service == "sla" else ("email",))
        yield from both_ways(LAW, "state", f"{service}.copy", model.items, must, by(kept, "key"))


def _row(model: Folded, key: str, *, hidden: tuple[str, ...]) -> dict[str, Any]:
    fact = model.items[key]
    body = {name: value for name, value in fact.body.items() if name not in hidden}
    return {"version": fact.version, "type": f"baton.{fact.type}.v1", "body": body}
