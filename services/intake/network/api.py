"""`/intake/v1/network`: what is applied, and applying a document. For operators; there is nobody's data in it."""

from typing import Any, Final

from services.chassis.audit import audit
from services.chassis.http.documents import pointer_to
from services.chassis.http.problems import Pointer, Problem
from services.chassis.http.routes import Answer, Call, Route
from services.intake.network import storage
from services.intake.network.rules.changes import Plan, differing, overlaid, plan_of
from services.intake.network.rules.document import NetworkDocument
from services.intake.network.rules.faults import Fault, dotted
from services.intake.network.rules.items import OF_SECTION, AnyItem
from services.intake.network.rules.references import network_faults
from services.intake.network.rules.said import changed_facts, facts_of

PATH: Final = "/intake/v1/network"

_LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a document: a network of some thousand sites."""

_FAULTS: Final = 200


def routes() -> tuple[Route, ...]:
    """What this room answers."""
    whose = "the network's set-up: studies, sites, staff, partners; nobody's referrals"
    return (
        Route(
            "GET",
            PATH,
            show,
            serves=frozenset({"operator"}),
            whose=whose,
            summary="Every item of the network as it was last applied",
        ),
        Route(
            "PUT",
            PATH,
            apply,
            serves=frozenset({"operator"}),
            whose=whose,
            summary="Apply a network document; with dry_run=true, say what would change",
            takes=NetworkDocument,
            answers=Plan,
            limit=_LARGEST,
            asks={"dry_run": "true: only say what would change"},
        ),
    )


async def show(call: Call[None]) -> Answer:
    """Sections of items as they were last applied, and the keys that are in force already."""
    at = await call.work.read_time()
    sections: dict[str, list[Any]] = {section: [] for section in OF_SECTION}
    for item in await storage.last_applied(call.work):
        sections[item.section].append(item.model_dump(mode="json", exclude_none=True))
    in_force = [item.key for item in await storage.in_force(call.work, at)]
    return Answer(body={"items": sections, "in_force": in_force})


async def apply(call: Call[NetworkDocument]) -> Answer:
    """Make the document true, each item from its own moment on. The same document again changes nothing."""
    work, document = call.work, call.body.placed()
    rehearsal = _flag(call, "dry_run")
    await storage.lock_network(work)
    at = await (work.read_time() if rehearsal else work.take_time())
    stored = {item.key: item for item in await storage.last_applied(work)}
    now = await storage.in_force(work, at)
    if faults := network_faults(document, list(stored.values()), {item.key for item in now}, at):
        raise Problem(422, "network_invalid", "The network would not hold together", pointers=_pointers(faults))
    items: list[AnyItem] = [placed.item for placed in document]
    changed = differing(items, stored)
    if rehearsal:
        would_say = changed_facts(await storage.said(work), facts_of(overlaid(now, changed, at)))
        return Answer(body=plan_of(items, stored, list(would_say), at, applied=False))
    await storage.add_revisions(work, changed)
    said = await storage.publish(work)
    if changed:
        await audit(work, "network_applied", "network", {"items": len(changed), "facts": len(said)})
    return Answer(body=plan_of(items, stored, said, at, applied=True))


def _flag(call: Call[NetworkDocument], name: str) -> bool:
    value = call.query.get(name, "false")
    if value not in ("true", "false"):
        raise Problem(400, "query_malformed")
    return value == "true"


def _pointers(faults: list[Fault]) -> list[Pointer]:
    """A pointer into the document; a fault of an item applied earlier is told by that item's key."""
    told: list[Pointer] = []
    for fault in faults[:_FAULTS]:
        if fault.path[0] == "in force":
            told.append(("", f"{dotted(fault.path[1:])}, applied earlier: {fault.says}"))
        else:
            told.append((pointer_to(fault.path), fault.says))
    return told
