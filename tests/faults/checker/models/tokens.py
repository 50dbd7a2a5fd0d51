"""Who is whose duplicate, by equal tokens alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.faults.checker.models.facts import Fact

STRONG: Final = frozenset({"phone", "email"})
"""Equal alone is enough to link (privacy.md, "Duplicates")."""

Token = tuple[str, str, bool, str, int, str]
"""(study, site, is_test, kind, key version, value): only within one study and site, tests among themselves"""


@dataclass
class Tokens:
    """The newest tokens of every lead."""

    of_lead: dict[str, frozenset[Token]] = field(default_factory=dict)
    partners: dict[str, str] = field(default_factory=dict)

    def on_tokens(self, fact: Fact) -> None:
        """A lead's tokens; a later version is the whole state."""
        place = (fact.body["study"], fact.body["site"], fact.is_test)
        self.of_lead[fact.key] = frozenset(
            (*place, one["kind"], one["key_version"], one["value"]) for one in fact.body["tokens"]
        )
        self.partners[fact.key] = fact.body["partner"]

    def holders(self) -> dict[Token, list[str]]:
        """Who has each token."""
        found: dict[Token, list[str]] = {}
        for lead, tokens in self.of_lead.items():
            for token in tokens:
                found.setdefault(token, []).append(lead)
        return found

    def groups(self) -> Iterator[tuple[Token, list[str]]]:
        """Each strong token that several leads have."""
        for token, leads in self.holders().items():
            if len(leads) > 1 and token[3] in STRONG:
                yield token, leads

    def strong(self, lead: str) -> frozenset[Token]:
        """Those that link without a question."""
        return frozenset(token for token in self.of_lead.get(lead, frozenset()) if token[3] in STRONG)
