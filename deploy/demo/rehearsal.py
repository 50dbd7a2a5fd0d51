"""The network as a rehearsal runs it: deadlines in seconds, calendars always open, little room, routes without a limit.

It is laid over the network file (`baton apply network.yaml rehearsal.yaml`): whole items of the same ids.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from deploy.demo.offers import Document

Items = dict[str, list[dict[str, Any]]]

ROOM: Final = 0.66
"""Open leads a site has room for, as a share of what it will be sent: fewer than come, more than stay."""

NO_LIMIT: Final = 100_000

DEADLINES: Final[Mapping[str, Mapping[str, str]]] = {
    "urgent": {"target": "2s", "warn": "3s", "breach": "4s"},
    "": {"target": "2s", "warn": "4s", "breach": "5s"},
}
"""First response by policy; the unnamed one is for every policy that is not listed."""


def rehearsal(document: Document, expected: Iterable[str], today: date) -> Items:
    """Items to lay over `document`. `expected` names the site of each referral that will be accepted."""
    sites = Counter(expected)
    dates = {"effective_from": (today - timedelta(days=90)).isoformat(), "reviewed_on": today.isoformat()}
    return {
        "staff": [{**one, **dates} for one in _room(document, sites)],
        "materials": [one | {"reviewed_on": today.isoformat()} for one in _materials(document, today)],
        "routes": [{**one, **dates, "weekly_max": NO_LIMIT} for one in document["routes"]],
        "policies": [
            {"id": one["id"], **dates, "first_response": dict(DEADLINES.get(one["id"], DEADLINES[""]))}
            for one in document["policies"]
        ],
        "calendars": [{"id": one["id"], **dates, "always_open": True} for one in document["calendars"]],
    }


def _room(document: Document, sites: Mapping[str, int]) -> list[dict[str, Any]]:
    """Pool members with less room than they have: each site's shared out by how much of full time its people work."""
    staff: dict[str, dict[str, Any]] = {one["id"]: dict(one) for one in document["staff"]}
    changed = []
    for pool in document["pools"]:
        members = [staff[name] for name in pool["members"]]
        shares = sum(one.get("weight", 100) for one in members)
        for one in members:
            part = one.get("weight", 100) / shares * sites.get(pool["site"], 0) * ROOM
            changed.append({**one, "capacity": min(one.get("capacity", 40), max(1, math.ceil(part)))})
    return changed


def _materials(document: Document, today: date) -> list[dict[str, Any]]:
    """Of words that were replaced, the newest since a month, the ones before it longer: no longer taken at the door."""
    of: dict[str, list[Mapping[str, Any]]] = {}
    for one in document["materials"]:
        of.setdefault(one["id"], []).append(one)
    restated = []
    for versions in of.values():
        ordered: Sequence[Mapping[str, Any]] = sorted(versions, key=lambda one: int(one["version"]), reverse=True)
        for age, one in enumerate(ordered, start=1):
            day = (today - timedelta(days=30 * age)).isoformat()
            restated.append({**one, "effective_from": day, "approved_on": day})
    return restated
