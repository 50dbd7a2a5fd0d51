"""What gives narrative away: each sign, what it weighs, and why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Sign(StrEnum):
    """One kind of evidence in a text."""

    ILLNESS = "illness"
    MEDICINE = "medicine"
    DOSE = "dose"
    SYMPTOM = "symptom"
    ABBREVIATION = "abbreviation"
    NAMESAKE = "namesake"
    CARE = "care"
    READING = "reading"
    TELLING = "telling"
    LINK = "link"
    TIME = "time"
    PROSE = "prose"
    LONG = "long"
    STOP = "stop"
    CONTACT = "contact"
    NATIONAL_ID = "national_id"


@dataclass(frozen=True, slots=True)
class Weight:
    """What one finding of a sign adds, what all of them together add at most, and why so much."""

    each: int
    most: int
    why: str


WEIGHTS: Final = {
    Sign.ILLNESS: Weight(3, 9, "names an illness, and nobody is called that"),
    Sign.MEDICINE: Weight(3, 9, "names a medicine, and nobody is called that"),
    Sign.DOSE: Weight(3, 6, "a number with mg, ml, mmol: no name and no address has one"),
    Sign.SYMPTOM: Weight(2, 6, "says what is felt or was done; by itself it may be part of a firm's name"),
    Sign.ABBREVIATION: Weight(2, 4, "MS, ALS, MRI in capitals; initials look the same, so it needs one more"),
    Sign.NAMESAKE: Weight(1, 2, "an illness or a part of the body, but also a family name: never enough by itself"),
    Sign.CARE: Weight(1, 2, "hospital, knee, daily: near every illness, and in ordinary addresses and notes"),
    Sign.READING: Weight(1, 1, "160/95: a blood pressure, or a flat"),
    Sign.TELLING: Weight(2, 4, "a verb of having or taking, written small: a name has none; by itself about anything"),
    Sign.LINK: Weight(1, 3, "since, with, her: sentences have them, names do not; de, van, und are not among them"),
    Sign.TIME: Weight(1, 1, "a year: since when; it may also be a form's number"),
    Sign.PROSE: Weight(1, 2, "words written small beside words written large, particles of names left out"),
    Sign.LONG: Weight(1, 2, "more words than a name has; some Portuguese names have seven"),
    Sign.STOP: Weight(1, 1, "the end of a sentence"),
    Sign.CONTACT: Weight(4, 4, "an e-mail address or a phone number where none belongs"),
    Sign.NATIONAL_ID: Weight(4, 4, "the shape of a national id"),
}

HEALTH: Final = frozenset(
    {Sign.ILLNESS, Sign.MEDICINE, Sign.DOSE, Sign.SYMPTOM, Sign.ABBREVIATION, Sign.NAMESAKE, Sign.CARE, Sign.READING}
)
"""Signs that are about somebody's health; without one of them it is prose at most."""

PLAIN_HEALTH: Final = frozenset({Sign.ILLNESS, Sign.MEDICINE, Sign.DOSE, Sign.SYMPTOM})
"""The ones that an ordinary address, label or id does not have."""

PERSONAL: Final = frozenset({Sign.CONTACT, Sign.NATIONAL_ID})
"""A value by which somebody is found, in a field that is for something else."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sign, and where it stands in the text."""

    sign: Sign
    start: int
    end: int


def weigh(found: "list[Found]", counted: frozenset[Sign] | None = None) -> int:
    """The sum of what was found, each sign up to its most; only the `counted` ones where some are named."""
    sums: dict[Sign, int] = {}
    for one in found:
        if counted is None or one.sign in counted:
            sums[one.sign] = sums.get(one.sign, 0) + WEIGHTS[one.sign].each
    return sum(min(total, WEIGHTS[sign].most) for sign, total in sums.items())
