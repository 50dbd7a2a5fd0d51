"""`python -m contracts.lint`: every rule over every fact, stream and closed list; 1 when anything is found."""

import sys
from collections.abc import Iterator
from typing import Final

from contracts.envelope import KNOWN
from contracts.examples import EXAMPLES
from contracts.facts import AlertFact, LeadFact, NetworkFact, ReferralFact, TokenFact
from contracts.lint.facts import fact_findings, union_findings
from contracts.lint.fields import field_findings
from contracts.lint.finding import Finding
from contracts.lint.frozen import frozen_findings
from contracts.lint.streams import stream_findings, word_findings
from contracts.store import Store
from contracts.streams import STREAMS
from contracts.vocabulary import Word

UNIONS: Final = {
    "network": NetworkFact,
    "tokens": TokenFact,
    "referrals": ReferralFact,
    "leads": LeadFact,
    "alerts": AlertFact,
}


def findings(store: Store) -> Iterator[Finding]:
    """Everything that breaks a rule of the contracts."""
    for fact in list(KNOWN.values()):
        yield from field_findings(fact)
        yield from fact_findings(fact)
    yield from union_findings(KNOWN, UNIONS)
    yield from stream_findings(STREAMS, KNOWN)
    yield from word_findings(words for words in Word.__subclasses__() if words.__module__.startswith("contracts."))
    yield from frozen_findings(store, KNOWN, EXAMPLES)


def main() -> int:
    """Print what was found, and what was looked at."""
    found = sorted(set(findings(Store())))
    sys.stdout.write("".join(f"{finding}\n" for finding in found))
    sys.stdout.write(f"contracts: {len(KNOWN)} facts, {len(STREAMS)} streams, {len(found)} findings\n")
    return 1 if found or not KNOWN else 0


if __name__ == "__main__":
    sys.exit(main())
