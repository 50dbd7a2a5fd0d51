"""What every item of a network file has, and what its pieces share."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.shapes import Slug
from services.intake.network.rules.fields import Day, Instant


class Part(BaseModel):
    """A piece of an item."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Item(Part):
    """What every item of the file has (R75)."""

    section: ClassVar[str]
    """where it stands in the file"""
    kind: ClassVar[str]
    """what the network stream and `network_item` call it"""

    id: Slug
    effective_from: Instant
    reviewed_on: Day

    @property
    def key(self) -> str:
        """`kind/id`; unique in a file, and the key of its facts."""
        return f"{self.kind}/{self.stored_id}"

    @property
    def stored_id(self) -> str:
        """The id under its kind; a material's has its version."""
        return self.id
