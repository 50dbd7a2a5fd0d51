"""What partners will send, when: seeded, lazy, the same again from the same seed.

Arrivals are a Poisson process; what follows up on one (the same again, another body under its key, the same person
through another partner) comes some seconds after it. Nothing here depends on what is answered.
"""

import hashlib
import heapq
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate
from typing import Any, Final

from tests.faults.traffic import bodies
from tests.faults.traffic.bodies import Sent
from tests.faults.traffic.network import OVER, Lane, lanes
from tests.faults.traffic.people import somebody


class Kind(StrEnum):
    """What an operation is, as the history calls it."""

    NEW = "new"
    AGAIN = "again"
    """the same key and body later: a partner that never saw the answer, or lost it"""
    COPY = "copy"
    """the same key and body at the same moment"""
    OTHER_BODY = "other_body"
    DUPLICATE_PERSON = "duplicate_person"
    """the person of an earlier referral, through another partner: a lead of its own, to be found by tokens"""
    MALFORMED = "malformed"
    REFUSED = "refused"


LEADS: Final = frozenset({Kind.NEW, Kind.DUPLICATE_PERSON})
"""Kinds that each make one lead."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How often each kind happens, per referral; `copies`: how often a referral is sent `at_once` times at once."""

    again: float = 0.06
    other_body: float = 0.02
    twice: float = 0.05
    copies: float = 0.0015
    malformed: float = 0.03
    refused: float = 0.03
    at_once: int = 50
    batched: float = 0.2
    """of what may be: how much goes as a line of a batch, where the content is the key"""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a partner sends. `at`: seconds after the start."""

    id: str
    at: float
    kind: Kind
    of: str | None
    """id of the operation whose key, or whose person, it repeats"""
    lane: Lane
    key: str
    external: str
    """a digest of the external id; the id itself is the person's"""
    person: int
    sent: Sent
    batched: bool = False
    """a line of a batch"""

    @property
    def sha(self) -> str:
        """Of the bytes sent."""
        return hashlib.sha256(self.sent.content).hexdigest()


class Plan:
    """The operations that make `count` leads, and all that comes beside them."""

    def __init__(
        self, document: Mapping[str, Any], seed: int, *, rate: float, count: int, weights: Weights | None = None
    ) -> None:
        self._seed, self._rate, self._count, self._weights = seed, rate, count, weights or Weights()
        self._lanes = lanes(document)
        self._steps = list(accumulate(lane.weight for lane in self._lanes))
        self._beside: dict[tuple[str, str], list[Lane]] = defaultdict(list)
        for lane in self._lanes:
            self._beside[lane.study, lane.site].append(lane)
        self._paused = _closed(document, lambda route: route["state"] == "paused")
        self._over = _closed(document, lambda route: route["study"] == OVER)

    def __iter__(self) -> Iterator[Operation]:
        """In order of time."""
        later: list[tuple[float, int, Operation]] = []
        at, leads, number, pushed = 0.0, 0, 0, 0
        while leads < self._count:
            rng = random.Random(f"{self._seed}/{number}")
            at += rng.expovariate(self._rate)
            while later and later[0][0] <= at:
                yield heapq.heappop(later)[2]
            first, *others = self._arrival(number, at, rng)
            leads += first.kind in LEADS
            yield first
            for other in others:
                if other.kind in LEADS and leads == self._count:
                    continue
                leads += other.kind in LEADS
                pushed += 1
                heapq.heappush(later, (other.at, pushed, other))
            number += 1
        while later:
            yield heapq.heappop(later)[2]

    def _arrival(self, number: int, at: float, rng: random.Random) -> list[Operation]:
        """Operation `number`, and all that will come of it."""
        lane = self._lanes[min(bisect(self._steps, rng.random() * self._steps[-1]), len(self._lanes) - 1)]
        first = self._operation(number, at, lane, rng)
        if first.kind is not Kind.NEW:
            return self._some_batched([first], number)
        made, chances = [first], self._weights
        if rng.random() < chances.copies:
            made += [_repeat(first, Kind.COPY, f"copy{n}", at) for n in range(1, chances.at_once)]
        if rng.random() < chances.again:
            made.append(_repeat(first, Kind.AGAIN, "again", at + rng.choice((0.0, rng.uniform(0.1, 30.0)))))
        if rng.random() < chances.other_body:
            made.append(self._other(first, at + rng.uniform(0.5, 20.0), rng))
        others = [one for one in self._beside[lane.study, lane.site] if one.partner != lane.partner]
        if others and rng.random() < chances.twice:
            made.append(self._twin(first, at + rng.choice((0.0, rng.uniform(0.1, 15.0))), rng.choice(others), rng))
        return self._some_batched(made, number)

    def _some_batched(self, made: list[Operation], number: int) -> list[Operation]:
        """Its own draw, so that the plan is otherwise the same. A key that is used for more than its content is none
        of a batch."""
        first = made[0]
        draw = random.Random(f"{self._seed}/{number}/batched").random()
        if draw >= self._weights.batched or first.sent.media != bodies.JSON:
            return made
        if any(one.kind in (Kind.COPY, Kind.OTHER_BODY) for one in made):
            return made
        return [replace(one, batched=one.kind in (first.kind, Kind.AGAIN)) for one in made]

    def _operation(self, number: int, at: float, lane: Lane, rng: random.Random) -> Operation:
        who, chances, draw = somebody(number, at=f"{lane.partner}-"), self._weights, rng.random()
        body = bodies.referral(who, lane, rng)
        if draw < chances.malformed:
            kind, sent = Kind.MALFORMED, bodies.malformed(body, rng)
        elif draw < chances.malformed + chances.refused:
            kind, sent = Kind.REFUSED, bodies.refused(body, lane, rng, self._paused, self._over)
        else:
            kind, sent = Kind.NEW, bodies.accepted(body, lane)
        return Operation(
            f"o{number}", at, kind, None, lane, f"k{self._seed}-{number}", _digest(who.external_id), number, sent
        )

    def _other(self, first: Operation, at: float, rng: random.Random) -> Operation:
        body = bodies.referral(somebody(first.person, at=f"{first.lane.partner}-"), first.lane, rng)
        return replace(_repeat(first, Kind.OTHER_BODY, "other", at), sent=bodies.other(body, rng))

    def _twin(self, first: Operation, at: float, lane: Lane, rng: random.Random) -> Operation:
        who = somebody(first.person, at=f"{lane.partner}-")
        sent = bodies.accepted(bodies.referral(who, lane, rng), lane)
        repeat = _repeat(first, Kind.DUPLICATE_PERSON, "twin", at)
        return replace(repeat, lane=lane, key=f"{first.key}-twin", external=_digest(who.external_id), sent=sent)


def _repeat(first: Operation, kind: Kind, name: str, at: float) -> Operation:
    return replace(first, id=f"{first.id}.{name}", at=at, kind=kind, of=first.id)


def _digest(external_id: str) -> str:
    return hashlib.sha256(external_id.encode()).hexdigest()[:16]


def _closed(document: Mapping[str, Any], is_one: Callable[[Mapping[str, Any]], bool]) -> dict[str, str]:
    return {route["partner"]: route["id"] for route in document["routes"] if is_one(route)}
