"""The detector against texts that are known to be narrative or ordinary: what it misses, what it raises an alarm for.

`python -m tests.intake.narrative` prints the same by language and field. The held-out half was written after the
words were chosen and no word was chosen by it: its figures are what to expect of texts nobody has seen. Once it is read
to find words, it is held out no longer.
"""

from collections import Counter

import pytest

from services.intake.narrative.rules.scan import may_speak
from tests.intake.narrative.labelled import HALVES, Labelled, labelled, scores

LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "pl"}
MOST = {"tuning": (0.02, 0.005), "heldout": (0.08, 0.01)}
"""Shares of narrative that may be missed and of ordinary texts that may be taken for some."""


def everything() -> list[Labelled]:
    return [one for half in HALVES for one in labelled(half)]


def test_there_are_enough_of_both_in_every_language_and_none_twice() -> None:
    texts = everything()
    counted = Counter((one.narrative, one.language) for one in texts)
    assert sum(n for (narrative, _), n in counted.items() if narrative) >= 300
    assert sum(n for (narrative, _), n in counted.items() if not narrative) >= 600
    assert all(counted[True, language] >= 25 and counted[False, language] >= 35 for language in LANGUAGES)
    assert [text for text, n in Counter((one.kind, one.text) for one in texts).items() if n > 1] == []


@pytest.mark.parametrize("half", HALVES)
def test_few_are_missed_and_hardly_any_ordinary_text_raises_an_alarm(half: str) -> None:
    wrong = [one for one in labelled(half) if one.caught is not one.narrative]
    over_all = scores(labelled(half))["all", ""]
    missed, alarmed = MOST[half]
    assert over_all.missed <= missed * over_all.narrative, wrong
    assert over_all.alarmed <= alarmed * over_all.ordinary, wrong


@pytest.mark.parametrize("group", ["language", "field"])
def test_no_language_and_no_kind_of_field_is_left_out(group: str) -> None:
    for (kind, name), score in scores(everything()).items():
        if kind == group and score.narrative:
            assert score.missed <= max(2, 0.15 * score.narrative), name
            assert score.alarmed <= max(1, 0.02 * score.ordinary), name


def test_the_first_look_is_the_last_for_most_ordinary_names() -> None:
    """Most of the list is chosen to look like illness; of people's names in a directory nearly all end here."""
    names = [one.text for one in everything() if not one.narrative and one.kind == "name"]
    assert sum(may_speak(name, words_only=False) for name in names) <= 0.5 * len(names)
    ordinary = ["Ada", "Wren", "Anna-Maria", "José García", "O'Neill", "Nguyễn", "王小明", "Müller", "Żółkiewski"]
    assert [name for name in ordinary if may_speak(name, words_only=False)] == []
