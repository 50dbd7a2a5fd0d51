"""intake: what the copy lacks is named by `baton restore`, exactly; and of what it lacks nothing at all is there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.index import key_of
from tests.faults.checker.laws.accepted import received
from tests.faults.checker.laws.whole import leads_are_whole
from tests.faults.checker.restored.case import Case

NAMED: Final = "the leads that the copy lacks are named"
WHOLE: Final = "no lead is half there after a restore"

_LINE: Final = re.compile(r"^referrals (\S+): is not in this copy \(baton\.ReferralReceived\.v\d+\)$")


def lacking(case: Case) -> set[str]:
    """Leads on `referrals` for which the restored tables have no row."""
    return received(case.evidence).keys() - {row["lead"] for row in case.evidence.tables["intake.referral"]}


def named(case: Case) -> set[str]:
    """The leads that `baton restore` named; a refused referral is named as one, and is no lead."""
    return {found[1] for line in case.said if (found := _LINE.match(line))}


def lacking_are_named(case: Case) -> Iterator[Breach]:
    """All of them, nothing else."""
    lacked, said = lacking(case), named(case)
    refused = {key_of(record) for record in case.evidence.index.of("ReferralRefused")}
    for lead in lacked - said:
        yield Breach(NAMED, "lost", lead, "the copy lacks it, and `baton restore` did not say so")
    for key in said - lacked:
        what = "a refused referral, of which there is nothing to lack" if key in refused else "the tables have it"
        yield Breach(NAMED, "state", key, f"is named as lacking: {what}")


def none_is_half_there(case: Case) -> Iterator[Breach]:
    """Rows, details, permissions, stored answer, committed facts: all of a lead, or nothing."""
    lacked = lacking(case)
    for breach in leads_are_whole(case.evidence):
        if breach.key not in lacked or breach.law != "leads_are_whole":
            yield breach
    for table in ("vault", "permission", "outbox", "idempotency"):
        for row in case.evidence.tables[f"intake.{table}"]:
            if (lead := _lead(table, row)) in lacked:
                yield Breach(WHOLE, "lost", str(lead), f"the copy lacks it, and has a row of it in {table}")


def _lead(table: str, row: Mapping[str, Any]) -> str | None:
    match table:
        case "outbox":
            return row["key"] if row["stream"] in ("referrals", "tokens") else None
        case "idempotency":
            return str(row["body"]).partition('"lead":"')[2][:36] or None
    return str(row["lead"])
