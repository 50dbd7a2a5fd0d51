"""What each agreement and disagreement says for or against one person (Fellegi and Sunter 1969), in a reviewed table.

A weight is about log2 of how much more often an outcome is seen between two records of one person than between two
people that an index token brought together: not any two people, so equal names say less here than they would among
strangers. Reviewed on FEBRL 1-4 and on invented people with a birth year only (`make bench ARGS=tokens`).

- A name: most pairs met by a sound or a beginning, so an equal name says less than a date; one slip away is as rare
  among strangers as equal; only alike in sound is common. People do change one of their names, by marriage or to a
  short form, so a different one speaks less against than it seems.
- Birth: a date is what fewest share by chance, and one slip keeps most of that. A year alone is one of sixty. Two whole
  dates that differ by more than a slip are hardly ever of one person, whatever their years: equal names do not outweigh
  them, a common name with another date is another person.
- Place: people of one postcode are neighbours and families, so it adds little; another postcode was met through the
  names alone, where people of one name are many.
- Phone, e-mail: a household shares them and numbers are given out again: enough with a name beside them, a question
  where the rest is mixed, nothing where all else is different.
"""

from collections.abc import Iterable
from typing import Final

from contracts.vocabulary import Likeness, TokenKind
from services.routing.duplicates.rules.signature import Compared

_E, _N, _A, _D, _U = Likeness.EQUAL, Likeness.NEAR, Likeness.ALIKE, Likeness.DIFFERENT, Likeness.UNKNOWN

NAME: Final = {_E: 2.5, _N: 2.5, _A: 1.0, _D: -2.0, _U: 0.0}
BIRTH: Final = {_E: 6.0, _N: 4.0, _A: 2.5, _D: -3.0, _U: 0.0}
PLACE: Final = {_E: 2.0, _N: 1.0, _D: -3.5, _U: 0.0}
REACHED: Final = {TokenKind.PHONE: 5.0, TokenKind.EMAIL: 6.0}

ENOUGH: Final = 3.0
"""From here on a site is asked whether it is one person."""


def weight_of(found: Compared) -> float:
    """The sum over the details, in bits."""
    return NAME[found.one_name] + NAME[found.other_name] + BIRTH[found.birth] + PLACE[found.place]


def weight_of_tokens(kinds: Iterable[TokenKind]) -> float:
    """What equal tokens add by themselves: the strong ones. The others only say whom to compare."""
    return sum(REACHED.get(kind, 0.0) for kind in set(kinds))


def confidence_of(weight: float) -> int:
    """Percent: 50 at `ENOUGH`, and each bit more halves the doubt."""
    return round(100 / (1 + 2 ** (ENOUGH - weight)))
