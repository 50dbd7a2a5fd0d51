"""How many faults of which kind a profile has, and from which deck their particulars are drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.faults.schedule.planned import Told

APIS: Final = ("intake.api", "routing.api", "sla.api", "reporting.api")
CONSUMERS: Final = ("routing.consume", "sla.consume", "reporting.consume")
RELAYS: Final = ("intake.relay", "routing.relay", "sla.relay")
TICKERS: Final = ("sla.tick", "routing.tick")
SENDERS: Final = ("sla.send",)
WORKING: Final = (*APIS, *CONSUMERS, *RELAYS, *TICKERS, *SENDERS)
"""roles with work of their own; intake's and reporting's tickers only keep house"""

SERVERS: Final = ("kafka", "postgres")
LINKED: Final = (
    "intake.postgres", "routing.postgres", "sla.postgres", "reporting.postgres",
    "intake.kafka", "routing.kafka", "sla.kafka", "reporting.kafka",
)  # fmt: skip

POINT_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "after_outbox_commit": ("intake.api", "routing.consume", "sla.tick", "sla.consume"),
    "after_send_before_mark": RELAYS,
    "inside_mark": RELAYS,
    "after_effect_before_offset": CONSUMERS,
    "after_commit_before_kafka_commit": CONSUMERS,
    "between_claim_and_intent": ("sla.tick",),
    "after_intent_before_send": SENDERS,
    "after_send_before_done": SENDERS,
    "lease_just_expired": RELAYS,
    "during_park": ("sla.consume", "routing.consume", "reporting.consume"),
    "during_retry_of_parked": ("sla.parked", "routing.parked", "reporting.parked"),
    "during_migration": ("migrate",),
    "inside_api_transaction": ("intake.api", "routing.api"),
}
"""Each named crash point of delivery.md and where it is met; `x.parked` and `migrate` are commands run for it."""

IN_TRANSACTION: Final = (
    "after_effect_before_offset",
    "inside_mark",
    "between_claim_and_intent",
    "inside_api_transaction",
)
"""Points that lie inside an open transaction: frozen there, a process must not hold anybody up for long."""

_WHOLE: Final = (0.0, 1.0)
_SENDING: Final = (0.1, 0.45)
"""A letter whose sender died is claimed for 30 s: early enough to be sent again before the run ends."""

_GROWN: Final = (0.4, 1.0)
"""Needs leads of which something has been said, and more is to come."""

_ONCE: Final = ("during_park", "during_retry_of_parked")
"""Points that are passed seldom: none is let through."""

Draw = Callable[[Random], Told]


@dataclass(frozen=True, slots=True)
class Quota:
    """`count` faults of a kind. `draw` makes the particulars of each in turn, so that all of a deck come up."""

    kind: str
    draws: tuple[Draw, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.draws)


def part_of(kind: str, told: Told) -> tuple[float, float]:
    """In which part of the run this fault may come; 0 is its beginning, 1 its end."""
    if told.get("role") in SENDERS and kind in ("kill", "point"):
        return _SENDING
    if kind == "upgrade" or told.get("point") in ("during_park", "during_retry_of_parked"):
        return _GROWN
    return _WHOLE


def smoke() -> tuple[Quota, ...]:
    """Ten kills that reach every kind of role, each crash point once, and one of most other kinds: 3 minutes or so."""
    kills = ("intake.api", "routing.api", *CONSUMERS, *RELAYS, "sla.tick", "sla.send")
    return (
        Quota("kill", _each(kills, 11)),
        Quota("point", tuple(_point(point, roles) for point, roles in POINT_ROLES.items())),
        Quota("stop_inside", (_stop_inside(IN_TRANSACTION[0], 11.0, 12.0),)),
        Quota("freeze", (_freeze(WORKING, 1.0, 3.0), _freeze(CONSUMERS, 8.0, 10.0))),
        Quota("kill_server", _server(1, 0.5, 2.0)),
        Quota("link", (_link("reset", 0.0, 0.0), _link("cut", 2.0, 4.0), _link("one_way", 3.0, 5.0))),
        Quota("terminate", (_role(("intake.api", "sla.consume")),)),
    )


def full(*, disks: bool) -> tuple[Quota, ...]:
    """200 mixed faults of every kind, most of them such as are over in ten seconds. Without small disks their two are
    kills of a server.
    """
    full_disks: tuple[Draw, ...] = tuple(_held(one, 10.0, 20.0) for one in SERVERS)
    points = tuple(_point(point, roles) for point, roles in POINT_ROLES.items())
    return (
        Quota("kill", _each(WORKING, 66)),
        Quota("point", points * 2),
        Quota("stop_inside", tuple(_stop_inside(point, 3.0, 14.0) for point in IN_TRANSACTION * 2)),
        Quota("freeze", tuple(_freeze(WORKING, 1.0, 4.0) for _ in range(14)) + _long_freezes(14)),
        Quota("kill_server", _server(3 if disks else 4, 0.5, 5.0)),
        Quota("freeze_server", tuple(_held(one, 5.0, 15.0) for one in SERVERS * 4)),
        Quota("link", tuple(_link(how, 2.0, 8.0) for how in ("cut", "reset", "one_way", "slow") * 7)),
        *((Quota("full_disk", full_disks),) if disks else ()),
        Quota("two_relays", tuple(_role(RELAYS, "service") for _ in range(4))),
        Quota("two_readers", tuple(_role(CONSUMERS, "service") for _ in range(5))),
        Quota("terminate", _each(WORKING, 16)),
        Quota("upgrade", tuple(_named("service", one) for one in ("routing", "sla", "routing"))),
    )


def _each(roles: Sequence[str], count: int) -> tuple[Draw, ...]:
    """Every role in turn, again and again."""
    return tuple(_named("role", roles[n % len(roles)]) for n in range(count))


def _named(name: str, value: str) -> Draw:
    return lambda _: {name: value}


def _role(roles: Sequence[str], name: str = "role") -> Draw:
    def draw(rng: Random) -> Told:
        chosen = rng.choice(roles)
        return {name: chosen.partition(".")[0] if name == "service" else chosen}

    return draw


def _point(point: str, roles: Sequence[str]) -> Draw:
    most = 0 if point in _ONCE else 3
    return lambda rng: {"point": point, "role": rng.choice(roles), "passages": rng.randint(0, most)}


def _stop_inside(point: str, least: float, most: float) -> Draw:
    roles = POINT_ROLES[point]
    return lambda rng: {"point": point, "role": rng.choice(roles), "seconds": _seconds(rng, least, most)}


def _freeze(roles: Sequence[str], least: float, most: float) -> Draw:
    return lambda rng: {"role": rng.choice(roles), "seconds": _seconds(rng, least, most)}


def _long_freezes(count: int) -> tuple[Draw, ...]:
    """Longer than the session of 6 s; half of them of readers, who lose their partitions meanwhile."""
    return tuple(_freeze(CONSUMERS if n % 2 else WORKING, 8.0, 14.0) for n in range(count))


def _server(each: int, least: float, most: float) -> tuple[Draw, ...]:
    return tuple(_held(one, least, most) for one in SERVERS * each)


def _held(server: str, least: float, most: float) -> Draw:
    return lambda rng: {"server": server, "seconds": _seconds(rng, least, most)}


def _link(how: str, least: float, most: float) -> Draw:
    def draw(rng: Random) -> Told:
        told = {"link": rng.choice(LINKED), "how": how, "seconds": _seconds(rng, least, most)}
        return told | ({"direction": rng.choice(("to", "from"))} if how == "one_way" else {})

    return draw


def _seconds(rng: Random, least: float, most: float) -> float:
    return round(rng.uniform(least, most), 1)
