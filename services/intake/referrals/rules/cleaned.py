"""A referral without what nobody asked for: narrative and stray details are cut out of its fields (R23).

The mail address is not looked into: its owner chose it, and no sentence passes for one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from services.intake.narrative.rules.cut import left_of
from services.intake.narrative.rules.judge import Kind
from services.intake.referrals.rules.referral import Referral

Fault = tuple[str, str]

NOT_NARRATIVE: Final = "must not say anything about the person"


@dataclass(frozen=True, slots=True)
class _Text:
    """One field that holds text: where it stands, what it should be, whether a referral can be without it."""

    part: str
    name: str
    kind: Kind
    needed: bool
    """its form has no way to be empty; whether an empty name or number matters is said where it always is"""
    of: Callable[[Referral], str | None]

    @property
    def pointer(self) -> str:
        return f"/{self.part}/{self.name}" if self.part else f"/{self.name}"


_TEXTS: Final = (
    _Text("person", "given_name", Kind.NAME, False, lambda one: one.person.given_name),
    _Text("person", "family_name", Kind.NAME, False, lambda one: one.person.family_name),
    _Text("person", "phone", Kind.PHONE, False, lambda one: one.person.phone),
    _Text("person", "postcode", Kind.ID, False, lambda one: one.person.postcode),
    _Text(
        "disclosure_basis", "reference", Kind.ADDRESS, False,
        lambda one: one.disclosure_basis.reference if one.disclosure_basis else None,
    ),
    _Text("permission", "wording", Kind.ID, True, lambda one: one.permission.wording if one.permission else None),
    _Text("", "external_id", Kind.ID, True, lambda one: one.external_id),
)  # fmt: skip

FIELDS: Final = tuple(one.name for one in _TEXTS)
"""What over-sharing is counted by."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A referral as it may be kept, and where something was cut out of it."""

    referral: Referral
    cut: tuple[_Text, ...] = ()
    faults: tuple[Fault, ...] = ()
    """fields of which nothing is left although they are needed"""

    @property
    def pointers(self) -> tuple[str, ...]:
        """Where something was cut, for the answer: the sender mends its system by them."""
        return tuple(one.pointer for one in self.cut)

    @property
    def fields(self) -> tuple[str, ...]:
        """The same, for the counts."""
        return tuple(one.name for one in self.cut)


def cleaned(referral: Referral) -> Cleaned:
    """The referral with every text field cut. What was cut is in no value this gives back."""
    left = [(one, text, left_of(text, one.kind)) for one in _TEXTS if (text := one.of(referral))]
    changed = [(one, rest) for one, text, rest in left if rest != text]
    if not changed:
        return Cleaned(referral)
    faults = tuple((one.pointer, NOT_NARRATIVE) for one, rest in changed if one.needed and rest is None)
    kept = [(one, rest) for one, rest in changed if not (one.needed and rest is None)]
    return Cleaned(_with(referral, kept), tuple(one for one, _ in changed), faults)


def _with(referral: Referral, left: list[tuple[_Text, str | None]]) -> Referral:
    parts: dict[str, dict[str, str | None]] = {}
    for one, rest in left:
        parts.setdefault(one.part, {})[one.name] = rest
    update: dict[str, Any] = {**parts.pop("", {})}
    for part, values in parts.items():
        update[part] = getattr(referral, part).model_copy(update=values)
    return referral.model_copy(update=update)
