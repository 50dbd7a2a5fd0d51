"""Which column of a partner's file feeds which field of a referral, and what is the same for every row.

A column that no field names is never read: a cell of it is taken apart from its neighbours and dropped.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError


class CsvField(StrEnum):
    """A field that a column or a constant may feed."""

    EXTERNAL_ID = "external_id"
    STUDY = "study"
    MATERIAL = "material"
    BASIS = "basis"
    BASIS_REFERENCE = "basis_reference"
    BASIS_GIVEN_ON = "basis_given_on"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    BIRTH_YEAR = "birth_year"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    LANGUAGE = "language"
    PERMISSION_CHANNELS = "permission_channels"
    PERMISSION_WORDING = "permission_wording"
    PERMISSION_GIVEN_AT = "permission_given_at"
    STATED_INTEREST = "stated_interest"
    CONTACT_IS = "contact_is"


PLACES: Final[dict[CsvField, tuple[str, ...]]] = {
    CsvField.EXTERNAL_ID: ("external_id",),
    CsvField.STUDY: ("study",),
    CsvField.MATERIAL: ("material",),
    CsvField.BASIS: ("disclosure_basis", "kind"),
    CsvField.BASIS_REFERENCE: ("disclosure_basis", "reference"),
    CsvField.BASIS_GIVEN_ON: ("disclosure_basis", "given_on"),
    CsvField.GIVEN_NAME: ("person", "given_name"),
    CsvField.FAMILY_NAME: ("person", "family_name"),
    CsvField.BIRTH_YEAR: ("person", "birth_year"),
    CsvField.BIRTH_DATE: ("person", "birth_date"),
    CsvField.PHONE: ("person", "phone"),
    CsvField.EMAIL: ("person", "email"),
    CsvField.POSTCODE: ("person", "postcode"),
    CsvField.LANGUAGE: ("person", "language"),
    CsvField.PERMISSION_CHANNELS: ("permission", "channels"),
    CsvField.PERMISSION_WORDING: ("permission", "wording"),
    CsvField.PERMISSION_GIVEN_AT: ("permission", "given_at"),
    CsvField.STATED_INTEREST: ("stated_interest",),
    CsvField.CONTACT_IS: ("contact_is",),
}
"""Where each field stands in a referral as the JSON door takes it."""

OF_A_PERSON: Final = frozenset(
    {
        CsvField.EXTERNAL_ID, CsvField.BASIS_REFERENCE, CsvField.GIVEN_NAME, CsvField.FAMILY_NAME,
        CsvField.BIRTH_YEAR, CsvField.BIRTH_DATE, CsvField.PHONE, CsvField.EMAIL, CsvField.POSTCODE,
    }
)  # fmt: skip
"""Never the same for every row: a constant of these would keep a person's detail readable in a mapping."""

SEPARATORS: Final = (",", ";", "\t")

Header = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=100)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Source(_Said):
    """Where a field comes from: one column of the file, by its header, or one value for all rows."""

    column: Header | None = None
    value: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Source":
        if (self.column is None) == (self.value is None):
            raise PydanticCustomError("says:source", "must have a column or a value, one of them")
        return self


class ColumnMapping(_Said):
    """A named mapping of one partner."""

    fields: Annotated[dict[CsvField, Source], Field(min_length=1)]

    @model_validator(mode="after")
    def _persons_come_by_row(self) -> "ColumnMapping":
        if any(source.value is not None for field, source in self.fields.items() if field in OF_A_PERSON):
            raise PydanticCustomError("says:constant", "takes details of a person, and ids, from columns only")
        return self

    @property
    def columns(self) -> dict[CsvField, str]:
        """The headers that are read."""
        return {field: one.column for field, one in self.fields.items() if one.column is not None}

    @property
    def constants(self) -> dict[CsvField, str]:
        """What is the same for every row."""
        return {field: one.value for field, one in self.fields.items() if one.value is not None}


EXAMPLE: Final[dict[str, Any]] = {
    "fields": {
        "external_id": {"column": "Record"},
        "given_name": {"column": "First name"},
        "family_name": {"column": "Last name"},
        "birth_year": {"column": "Born"},
        "phone": {"column": "Phone"},
        "permission_given_at": {"column": "Agreed on"},
        "study": {"value": "alder"},
        "material": {"value": "alder-partner@3"},
        "basis": {"value": "agreement_documented"},
        "language": {"value": "en"},
        "permission_channels": {"value": "phone may_leave_message"},
        "permission_wording": {"value": "alder-partner@3"},
    }
}
"""For the API description: a clinic's list."""
