"""Duplicates that are there against duplicates that were found: we know who is who, Baton does not."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

Pair = frozenset[str]
"""two lead ids"""


@dataclass(frozen=True)
class Found:
    """Pairs of accepted referrals of the same person at the same study and site, and what was made of them."""

    true: int
    found: int
    """true pairs that stand under one primary lead"""
    false: int
    """pairs that stand under one primary lead and are two people"""
    suspected: int
    """leads left for the site to judge"""


def compare(
    people: Mapping[str, tuple[str, str, str]], primaries: Mapping[str, str], suspected: Iterable[str]
) -> Found:
    """`people` is lead -> (person, study, site); `primaries` is duplicate -> primary, as routing decided."""
    true = _pairs((lead, who) for lead, who in people.items())
    linked = _pairs((lead, _root(lead, primaries)) for lead in people)
    return Found(len(true), len(true & linked), len(linked - true), len(set(suspected)))


def _root(lead: str, primaries: Mapping[str, str]) -> str:
    seen = {lead}
    while lead in primaries and primaries[lead] not in seen:
        lead = primaries[lead]
        seen.add(lead)
    return lead


def _pairs(groups: Iterable[tuple[str, object]]) -> set[Pair]:
    of: dict[object, list[str]] = defaultdict(list)
    for lead, group in groups:
        of[group].append(lead)
    return {frozenset(pair) for leads in of.values() for pair in combinations(leads, 2)}
