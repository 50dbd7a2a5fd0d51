"""One line a field: why it exists, who answers for it, how sensitive it is (R22, R35).

A field of a fact is written `x: Annotated[T, says("why it exists", by=RTE, data=PLAIN)]`; the contract lint refuses
one without. `baton privacy-sheet` and the AsyncAPI pages read the same line.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, GetJsonSchemaHandler


class OwnerRole(StrEnum):
    """The service that answers for a field: its meaning, its filling, its removal."""

    INT = "intake"
    RTE = "routing"
    SLA = "sla"
    RPT = "reporting"


class DataClass(StrEnum):
    """How sensitive a field is, and so where it may go (architecture.md, "Streams")."""

    PLAIN = "plain"
    HEALTH_INFERRING = "health_inferring"
    """never to a partner's receipt"""
    TOKEN = "token"  # noqa: S105 - the name of a data class, not a secret
    """only on the tokens stream"""
    STAFF_ADDRESS = "staff_address"
    """only in StaffDefined; only intake and sla store it; never in logs or metrics"""


INT: Final = OwnerRole.INT
RTE: Final = OwnerRole.RTE
SLA: Final = OwnerRole.SLA
RPT: Final = OwnerRole.RPT
PLAIN: Final = DataClass.PLAIN
HEALTH_INFERRING: Final = DataClass.HEALTH_INFERRING
TOKEN: Final = DataClass.TOKEN
STAFF_ADDRESS: Final = DataClass.STAFF_ADDRESS

KEEPS_STAFF_ADDRESS: Final = frozenset({"intake", "sla"})
"""Services that may store a field of class staff_address; all others blank it before they keep a body."""


@dataclass(frozen=True, slots=True)
class Says:
    """Purpose, owner role and data class of one field."""

    why: str
    by: OwnerRole
    data: DataClass

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The frozen schemas carry it: `description`, `x-owner`, `x-class`."""
        return {**handler(core_schema), "description": self.why, "x-owner": self.by.value, "x-class": self.data.value}


def says(why: str, *, by: OwnerRole, data: DataClass) -> Says:
    """Purpose in one clause, the owner role, the data class: mandatory for every field of every fact."""
    return Says(why, by, data)


def names_of(model: type[BaseModel], data: DataClass) -> frozenset[str]:
    """The fields of a model that carry this data class."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if any(isinstance(said, Says) and said.data is data for said in field.metadata)
    )
