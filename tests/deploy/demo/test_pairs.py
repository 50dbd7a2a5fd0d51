"""Duplicates found against duplicates that are there, recounted pair by pair."""

import random
from collections.abc import Mapping
from itertools import combinations

from deploy.demo.pairs import compare

PLACE = ("alder", "eastmere")


def stands_under(lead: str, primaries: Mapping[str, str]) -> str:
    return stands_under(primaries[lead], primaries) if lead in primaries else lead


def test_a_pair_is_the_same_person_at_the_same_study_and_site() -> None:
    people = {"a": ("ada", *PLACE), "b": ("ada", *PLACE), "c": ("ada", "alder", "fell"), "d": ("bo", *PLACE)}
    found = compare(people, {"b": "a"}, ["d"])
    assert (found.true, found.found, found.false, found.suspected) == (1, 1, 0, 1)


def test_two_people_under_one_lead_are_a_false_pair() -> None:
    found = compare({"a": ("ada", *PLACE), "b": ("bo", *PLACE)}, {"b": "a"}, [])
    assert (found.true, found.found, found.false) == (0, 0, 1)


def test_counts_are_those_of_a_recount_of_every_pair() -> None:
    rng = random.Random(2)
    for _ in range(200):
        leads = [f"lead-{n}" for n in range(12)]
        people = {lead: (rng.choice("xyz"), *PLACE) for lead in leads}
        primaries = {lead: leads[rng.randrange(n)] for n, lead in enumerate(leads) if n and rng.random() < 0.5}
        pairs = list(combinations(leads, 2))
        true = [(a, b) for a, b in pairs if people[a] == people[b]]
        linked = [(a, b) for a, b in pairs if stands_under(a, primaries) == stands_under(b, primaries)]
        found = compare(people, primaries, [])
        assert found.true == len(true)
        assert found.found == len([pair for pair in true if pair in linked])
        assert found.false == len([pair for pair in linked if pair not in true])
