"""When referrals come: a week of a partner's channel, squeezed into some seconds.

A third comes on evenings and weekends; clinics send in office hours, registries through the day, adverts bring a burst
on Sunday evening.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

HOURS: Final = 7 * 24

_NIGHT: Final = 0.15


def clinic_week() -> list[float]:
    """Weights of the hours of a week from Monday 0:00: consulting hours."""
    return [1.0 if hour // 24 < 5 and 8 <= hour % 24 < 18 else 0.02 for hour in range(HOURS)]


def registry_week() -> list[float]:
    """People read newsletters in the day and in the evening, every day."""
    return [1.0 if 7 <= hour % 24 < 22 else _NIGHT for hour in range(HOURS)]


def advert_week() -> list[float]:
    """The same, and a burst on Sunday evening that brings about a third of all."""
    burst = range(6 * 24 + 20, 6 * 24 + 24)
    return [20.0 if hour in burst else weight for hour, weight in enumerate(registry_week())]


WEEKS: Final[Mapping[str, Sequence[float]]] = {
    "clinic_form": clinic_week(),
    "phone_handoff": clinic_week(),
    "self_referral": advert_week(),
}
"""By channel; every other channel is a registry's."""


def arrival(channel: str, rng: random.Random) -> float:
    """A moment of the week as a share of it, in [0, 1)."""
    weights = list(accumulate(WEEKS.get(channel, _REGISTRY)))
    hour = rng.choices(range(HOURS), cum_weights=weights)[0]
    return (hour + rng.random()) / HOURS


_REGISTRY: Final = registry_week()
