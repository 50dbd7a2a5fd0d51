"""Everything the partners will send, decided before the first of it is sent: the same seed sends the same."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from deploy.demo.arrivals import arrival
from deploy.demo.bodies import JSON, malformed, referral, without_permission
from deploy.demo.contact import Contact, contacts_of
from deploy.demo.fates import Fate, fate_of
from deploy.demo.offers import Offer
from deploy.demo.people import Person, Record

ACCEPTED: Final = "accepted"
MALFORMED: Final = "malformed"

AGAIN: Final = 0.10
"""Share of referrals that are another record of somebody already referred to the same study and site."""

ELSEWHERE: Final = 0.02
"""Share of referrals of somebody who was referred to another site or study."""

LATE_UNTIL: Final = 0.5
"""Only what arrives in this first share of the time may go stale, so that its deadlines pass while we watch."""

PARTNERS: Final = 3

_CHANNELS: Final = {"clinic_form": 0.25, "partner_api": 0.4, "self_referral": 0.35}
"""How much of the whole comes by each channel."""


class Twist(StrEnum):
    """What is odd about a delivery."""

    PLAIN = "plain"
    RETRIED = "sent twice with the same Idempotency-Key"
    MALFORMED = "malformed"
    NO_PERMISSION = "without permission"
    SUPERSEDED = "on superseded material"
    CLOSED = "on a closed route"


_TWISTS: Final = {
    Twist.RETRIED: 0.04,
    Twist.MALFORMED: 0.02,
    Twist.NO_PERMISSION: 0.02,
    Twist.SUPERSEDED: 0.01,
    Twist.CLOSED: 0.02,
}


@dataclass(frozen=True)
class Delivery:
    """One referral as it will be sent `at` seconds after the start. `expects` is `accepted`, `malformed` or a code."""

    number: int
    at: float
    offer: Offer
    person: str
    twist: Twist
    expects: str
    fate: Fate
    media_type: str = JSON
    body: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> str:
        """Its Idempotency-Key."""
        return f"demo-{self.number}"


@dataclass(frozen=True)
class _Known:
    """Somebody already referred, and where to."""

    person: Person
    contacts: dict[Record, Contact]
    offer: Offer
    used: list[Record]


def deliveries(
    people: Sequence[Person], offers: Sequence[Offer], n: int, seconds: float, seed: int, now: datetime
) -> list[Delivery]:
    """`n` referrals of the busiest partners, in the order they are sent within `seconds`."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    crowd = list(people)
    rng.shuffle(crowd)
    writer = _Writer(crowd, [one for one in offers if one.partner in busiest(offers)], rng, now)
    moments = sorted(arrival(rng.choices(*_split(_CHANNELS))[0], rng) for _ in range(n))
    return [writer.write(number, share, share * seconds) for number, share in enumerate(moments, start=1)]


def busiest(offers: Sequence[Offer]) -> list[str]:
    """The partners with the most open routes."""
    routes: dict[str, int] = {}
    for one in offers:
        routes[one.partner] = routes.get(one.partner, 0) + (one.closed is None)
    return sorted(routes, key=lambda partner: (-routes[partner], partner))[:PARTNERS]


class _Writer:
    """Writes one referral after the other; remembers whom it wrote about."""

    def __init__(self, crowd: list[Person], offers: Sequence[Offer], rng: random.Random, now: datetime) -> None:
        self._crowd, self._rng, self._now, self._met = crowd, rng, now, 0
        self._open = [one for one in offers if one.closed is None]
        self._closed = [one for one in offers if one.closed is not None]
        of_channel = {
            one.channel: sum(same.weight for same in self._open if same.channel == one.channel) for one in offers
        }
        self._weights = [_CHANNELS.get(one.channel, 0.3) * one.weight / of_channel[one.channel] for one in self._open]
        self._known: list[_Known] = []

    def write(self, number: int, share: float, at: float) -> Delivery:
        """The next delivery, `share` of the whole time after the start."""
        rng = self._rng
        offer = rng.choices(self._open, weights=self._weights)[0]
        twist = self._twist(offer)
        if twist is Twist.CLOSED:
            offer = rng.choice(self._closed)
        offer, record, contact = self._somebody(offer, twist)
        fate = fate_of(rng, may_be_late=share < LATE_UNTIL)
        body = referral(number, offer, record, contact, self._now, rng)
        content, media_type = _twisted(body, twist, offer, rng)
        return Delivery(number, at, offer, record.person, twist, _expected(twist, offer), fate, media_type, content)

    def _twist(self, offer: Offer) -> Twist:
        dice = self._rng.random()
        for twist, share in _TWISTS.items():
            dice -= share
            if dice < 0:
                possible = {Twist.SUPERSEDED: offer.earlier_material is not None, Twist.CLOSED: bool(self._closed)}
                return twist if possible.get(twist, True) else Twist.PLAIN
        return Twist.PLAIN

    def _somebody(self, offer: Offer, twist: Twist) -> tuple[Offer, Record, Contact]:
        """Somebody new; or, of plain referrals, at times somebody known: to the same study and site, or to another."""
        dice = self._rng.random()
        if self._known and twist is Twist.PLAIN and dice < AGAIN:
            again = [one for one in self._known if len(one.used) < 1 + len(one.person.duplicates)]
            if again:
                return self._once_more(self._rng.choice(again))
        if self._known and twist is Twist.PLAIN and AGAIN <= dice < AGAIN + ELSEWHERE:
            known = self._rng.choice(self._known)
            if (known.offer.study, known.offer.site) != (offer.study, offer.site):
                return offer, known.person.original, known.contacts[known.person.original]
        person, n = self._next_person()
        contacts = contacts_of(person, n, offer.country, self._rng)
        if twist in (Twist.PLAIN, Twist.RETRIED):
            self._known.append(_Known(person, contacts, offer, [person.original]))
        return offer, person.original, contacts[person.original]

    def _once_more(self, known: _Known) -> tuple[Offer, Record, Contact]:
        """Another record of the same person, from any partner that has a route there."""
        record = next(one for one in known.person.duplicates if one not in known.used)
        known.used.append(record)
        same = [one for one in self._open if (one.study, one.site) == (known.offer.study, known.offer.site)]
        return self._rng.choice(same), record, known.contacts[record]

    def _next_person(self) -> tuple[Person, int]:
        """People with duplicates come as often as they do in the files; when all were met, the crowd begins anew."""
        n = self._met
        self._met += 1
        return self._crowd[n % len(self._crowd)], n


def _twisted(body: dict[str, Any], twist: Twist, offer: Offer, rng: random.Random) -> tuple[bytes, str]:
    if twist is Twist.MALFORMED:
        return malformed(body, rng)
    if twist is Twist.NO_PERMISSION:
        body = without_permission(body, rng)
    if twist is Twist.SUPERSEDED:
        body = {**body, "material": offer.earlier_material}
    return json.dumps(body).encode(), JSON


def _expected(twist: Twist, offer: Offer) -> str:
    return {
        Twist.MALFORMED: MALFORMED,
        Twist.NO_PERMISSION: "permission_missing",
        Twist.SUPERSEDED: "material_outdated",
        Twist.CLOSED: offer.closed or ACCEPTED,
    }.get(twist, ACCEPTED)


def _split(weights: dict[str, float]) -> tuple[list[str], list[float]]:
    return list(weights), list(weights.values())
