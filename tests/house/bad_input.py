"""`python -m tests.house.bad_input`: writes docs/bad-input.md from the cases the tests run; a test keeps it so."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.chassis.http.test_door import BAD
from tests.house.tree import root
from tests.intake.imports.test_upload import NOT_ROWS
from tests.intake.network.test_bad_files import CASES
from tests.intake.referrals.test_bad_input import REFUSED, SLIPS
from tests.intake.referrals.test_odd_input import TAKEN

PAGE = "docs/bad-input.md"

_REFERRALS = "tests/intake/referrals/test_bad_input.py"
_ODD = "tests/intake/referrals/test_odd_input.py"
_DOOR = "tests/chassis/http/test_door.py"
_UPLOAD = "tests/intake/imports/test_upload.py"
_IMPORT = "tests/intake/imports/test_import.py"
_FILES = "tests/intake/network/test_bad_files.py"

_TOP = """# Bad input

What each door answers to what it cannot take, written by `python -m tests.house.bad_input` from the cases the tests
run; a test fails when this page says anything else. Every answer is an RFC 9457 problem with a stable `code`. Nothing
of what was sent is repeated: not in the body, a header, a log line or a metric. The name of a field is repeated only
when it is one of ours or looks like a plain identifier.
"""

_SLIPS = f"""
## A referral that is not understood

`POST /intake/v1/referrals`. Nothing is kept: no row in any table changes, no fact is said; the door's metric counts it
(`{_REFERRALS}::test_what_is_not_understood_leaves_nothing`). Two more need a history:
`{_REFERRALS}::test_the_same_key_with_another_body_changes_nothing`,
`{_REFERRALS}::test_a_revoked_key_is_refused_and_leaves_nothing`.
"""

_HISTORY = (
    ("the same Idempotency-Key with another body, after an acceptance", "422", "idempotency_key_reused",
     "the first lead, unchanged"),
    ("a revoked key, whatever the body", "401", "not_signed_in", "nothing"),
)  # fmt: skip

_REFUSED = f"""
## A referral that is understood and refused

Answered 422. One `ReferralRefused` under a new id is kept and said: partner, route where it is one of the partner's
own, reason, and nothing of the person. The Idempotency-Key's row keeps the code, so the same refusal again says no
second fact, and a mended referral comes in under the same key
(`{_REFERRALS}::test_what_is_refused_leaves_one_fact_without_a_person`,
`{_REFERRALS}::test_after_a_refusal_the_mended_referral_comes_in_under_the_same_key`).
"""

_TAKEN = f"""
## Odd, and taken

What looks wrong and is not; it is kept in one spelling (`{_ODD}::test_it_is_taken_and_kept_in_one_spelling`).
"""

_ANY = f"""
## Any JSON door

The same reading stands before every route that takes a body; nothing is kept
(`{_DOOR}::test_bad_input_is_refused_stores_nothing_and_is_not_repeated`).
"""

_ROWS = f"""
## A file of rows

`POST /intake/v1/imports`. Refused by what is in it, whatever its media type says; no row in any table changes, and its
key is destroyed (`{_UPLOAD}::test_what_is_no_file_of_rows_leaves_nothing`). What is wrong with one row is told in its
report and spoils no other (`{_IMPORT}::test_a_row_a_spreadsheet_would_not_write_is_wrong_by_itself`).
"""

_NETWORK = f"""
## A network file

`baton plan` and `baton apply` tell every fault with its file, line and field before anything is sent
(`{_FILES}::test_a_fault_names_its_line_and_field`, `{_FILES}::test_no_fault_repeats_a_value`); the server judges the
document again and answers 422 with pointers
(`tests/intake/network/test_api.py::test_a_network_that_would_not_hold_together_is_refused_with_pointers`).
"""


def page() -> str:
    """The whole page as it must be."""
    slips = [(case, str(status), code, "nothing") for case, _, _, status, code in SLIPS]
    refused = [
        (case, "422", str(code), f"one fact, route {'named' if known else 'not named'}")
        for case, _, code, known in REFUSED
    ]
    doors = [(case, str(status), code) for case, _, _, status, code in BAD]
    files = [(case, str(status), code) for case, (_, status, code) in NOT_ROWS.items()]
    faults = [
        (case, field or "(the file)", says or "what the reader met") for case, (_, _, _, field, says) in CASES.items()
    ]
    return "".join(
        (
            _TOP,
            _SLIPS,
            _table(("case", "status", "code", "kept"), [*slips, *_HISTORY]),
            _REFUSED,
            _table(("case", "status", "code", "kept"), refused),
            _TAKEN,
            _table(("case", "field"), [(case, field) for case, _, field, _ in TAKEN]),
            _ANY,
            _table(("case", "status", "code"), doors),
            _ROWS,
            _table(("case", "status", "code"), files),
            _NETWORK,
            _table(("case", "field", "said"), faults),
        )
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "".join(
        "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def main() -> None:
    """Write the page."""
    Path(root() / PAGE).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
