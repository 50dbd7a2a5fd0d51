"""`baton irb-pack` against the network room's real door: every word that is used, and what approves it."""

from hashlib import sha256
from pathlib import Path

from tests.cli.conftest import Baton

PARAGRAPHS = (
    '[["What the study is","Study Alder is a research study about tremor in adults."],'
    '["Who may contact the site","Adults who would like to hear more."],'
    '["What the site reviews","The study team will ask some questions."],'
    '["What must not be promised","Do not say that a person qualifies."],'
    '["Where people go","Use this study\'s form."],'
    '["Who answers questions","The study line, weekdays 9 to 5."]]'
)


def test_a_pack_has_every_word_its_approval_and_what_may_be_sent(operator: Baton, network: Path) -> None:
    assert operator("apply", str(network)).exit_code == 0
    pack = operator("irb-pack", "alder")
    assert pack.exit_code == 0, pack.output
    digest = sha256(PARAGRAPHS.encode()).hexdigest()
    for line in (
        "### alder-partner, version 1: in force",
        "- approved 2026-01-02, reference PL-1; reviewed 2026-01-02",
        f"- SHA-256 {digest}",
        "> **What must not be promised.** Do not say that a person qualifies.",
        "### Openhand Registry to Eastmere, by partner api: live",
        "- exceptions from what a partner may not do: collect_sensitive_data allowed by EX-1, 2026-01-05 to 2036-01-05",
    ):
        assert line in pack.output.splitlines()
    assert f"SHA-256 of all texts: {sha256(digest.encode()).hexdigest()}" in pack.output
    fields = [line.split(" | ")[0].removeprefix("| ") for line in pack.output.splitlines() if line.startswith("| ")]
    assert fields == ["field", "given_name", "family_name", "birth_year", "phone"]


def test_a_study_is_known_by_its_code_and_another_one_is_told(operator: Baton, network: Path) -> None:
    operator("apply", str(network))
    assert operator("irb-pack", "AL-204").output.startswith("# ")
    refused = operator("irb-pack", "rowan")
    assert (refused.exit_code, refused.stderr) == (1, "baton: there is no study rowan; there are alder\n")
