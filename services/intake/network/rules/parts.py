"""What every item of a network file has, and the pieces that say who gets in, and how often."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

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


class Limits(Part):
    """How many single referrals, and batches, an hour a partner may send with all its keys together; then 429."""

    posts_per_hour: Annotated[int, Field(ge=1, le=100_000_000)] = 100
    batches_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 100


class SigningKey(Part):
    """A public Ed25519 key, 32 bytes in base64, under the id that signed requests name."""

    id: Slug
    public: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
