"""A referral as partners send it: `POST /intake/v1/referrals`.

Permission, basis and material may be absent: that is understood, and refused by a rule with its own code.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from contracts.shapes import Slug
from contracts.vocabulary import Basis, ContactIs, StatedInterest
from services.intake.contacts.rules.external import ExternalId
from services.intake.contacts.rules.person import Permission, Person
from services.intake.network.rules.fields import Day, OneOf
from services.intake.network.rules.words import ReferralField
from services.intake.routes.rules import Asks

MaterialVersion = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}@[1-9][0-9]{0,5}$")]
"""`id@version`: which words the person saw."""

BasisReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/#-]*$", max_length=64)]
"""Where the partner keeps its proof; sealed like a contact detail, since it may name the person's file."""


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)
    """what stands under a field is what its reader is told of it"""


class DisclosureBasis(_Door):
    """Why the partner may pass the person on, with its reference and day."""

    kind: Annotated[Basis, OneOf(Basis)]
    """One that your agreement allows."""
    reference: BasisReference | None = Field(default=None, repr=False)
    """Where you keep the proof."""
    given_on: Day | None = None


def _spelled_out(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class Referral(_Door):
    """What one source says about one person, and nothing that its route does not allow."""

    route: Slug
    """Which of your routes it comes on."""
    study: Slug
    """The study of that route, said again so that a mix-up is noticed."""
    material: MaterialVersion | None = None
    """Which version of the approved words the person saw, id@version; without it the referral is refused."""
    external_id: ExternalId = Field(repr=False)
    """Your own id for this person: letters, digits and ._:/- but not shaped like a phone number or a national id."""
    disclosure_basis: Annotated[
        DisclosureBasis | None,
        BeforeValidator(_spelled_out, json_schema_input_type=DisclosureBasis | str | None),
    ] = None
    """Why you may pass the person on; its kind alone as text will do. Without it the referral is refused."""
    person: Person
    permission: Permission | None = None
    """What the person permitted; without it the referral is refused."""
    stated_interest: Annotated[StatedInterest, OneOf(StatedInterest)] | None = None
    """What the person said they want."""
    contact_is: Annotated[ContactIs, OneOf(ContactIs)] | None = None
    """Who answers the phone; the person, unless you say so."""

    def asks(self, partner: str) -> Asks:
        """What the route must allow for this to come in from `partner`."""
        outside = {ReferralField.STATED_INTEREST: self.stated_interest, ReferralField.CONTACT_IS: self.contact_is}
        return Asks(
            partner=partner,
            study=self.study,
            material=self._material(),
            basis=self.disclosure_basis.kind if self.disclosure_basis else None,
            has_permission=self.permission is not None and bool(self.permission.reaches),
            fields=self.person.fields | {field for field, value in outside.items() if value is not None},
        )

    def _material(self) -> tuple[str, int] | None:
        if self.material is None:
            return None
        id, _, version = self.material.partition("@")
        return id, int(version)


EXAMPLE: Final[dict[str, Any]] = {
    "route": "openhand-alder-eastmere",
    "study": "alder",
    "material": "alder-partner@3",
    "external_id": "OH-2041-77",
    "disclosure_basis": {"kind": "self_referred", "reference": "form 2041", "given_on": "2026-03-01"},
    "person": {
        "given_name": "Ada",
        "family_name": "Example",
        "birth_year": 1961,
        "phone": "+12125550143",
        "email": "ada@mail.example",
        "postcode": "10001",
        "language": "en",
    },
    "permission": {
        "channels": ["phone", "may_leave_message"],
        "wording": "alder-partner@3",
        "given_at": "2026-03-01T09:15:00Z",
    },
    "stated_interest": "learn_more",
}
"""For the API description; nobody's details."""
