"""Every kind of fault, by the name a schedule has for it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.faults.schedule.kinds.links import BreakLink
from tests.faults.schedule.kinds.pairs import TwoReaders, TwoRelays
from tests.faults.schedule.kinds.points import AtCommand, AtPoint, StopInside
from tests.faults.schedule.kinds.processes import Freeze, Kill, Terminate
from tests.faults.schedule.kinds.servers import FreezeServer, FullDisk, KillServer
from tests.faults.schedule.kinds.upgrade import Upgrade
from tests.faults.schedule.planned import Planned
from tests.faults.schedule.scene import Kind


def at_point(point: str, role: str, passages: int = 0) -> Kind:
    """`migrate` and `sla.parked` are commands, everything else is a process of the stand."""
    is_command = role == "migrate" or role.endswith(".parked")
    made: Callable[[Any, Any, Any], Kind] = AtCommand if is_command else AtPoint
    return made(point, role, passages)


KINDS: Final[Mapping[str, Callable[..., Kind]]] = {
    "kill": Kill,
    "freeze": Freeze,
    "terminate": Terminate,
    "point": at_point,
    "stop_inside": StopInside,
    "kill_server": KillServer,
    "freeze_server": FreezeServer,
    "full_disk": FullDisk,
    "link": BreakLink,
    "two_relays": TwoRelays,
    "two_readers": TwoReaders,
    "upgrade": Upgrade,
}


def kind_of(planned: Planned) -> Kind:
    """The fault a line of a schedule means."""
    return KINDS[planned.kind](**planned.told)
