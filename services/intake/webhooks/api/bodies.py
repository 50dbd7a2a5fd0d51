"""What the routes take and answer."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Moment
from contracts.shapes import Minted
from services.intake.network.rules.fields import Instant
from services.intake.webhooks.rules.event import SUBSCRIBED, Kind
from services.intake.webhooks.rules.url import EndpointUrl

_Subscribed = Literal[Kind.HANDED_OVER, Kind.WITHDRAWN, Kind.MATERIAL_ENDS, Kind.AGREEMENT_ENDS]


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NewEndpoint(_Door):
    """Where to send to, and which kinds of event; all of them unless it says which."""

    url: EndpointUrl
    events: Annotated[tuple[_Subscribed, ...], Field(min_length=1, max_length=len(SUBSCRIBED))] = SUBSCRIBED


class ReplayFrom(_Door):
    """Tell again what happened since then, at most 30 days back."""

    since: Instant


class Secret(BaseModel):
    """A secret, shown this once. After a rotation the one before signs as well until `old_until`."""

    id: Minted
    secret: str
    old_until: Moment | None = None


class EndpointShown(BaseModel):
    """One endpoint and how it does. `last_code` is `sent`, `http_<status>` or a word of docs/webhooks.md."""

    id: Minted
    url: str
    events: tuple[Kind, ...]
    state: Literal["active", "disabled"]
    why: Literal["failing", "gone"] | None = None
    created: Moment
    pending: int
    failing_since: Moment | None = None
    last_code: str | None = None
    last_tried_at: Moment | None = None
    old_secret_until: Moment | None = None


class EndpointsShown(BaseModel):
    """All of the caller's."""

    endpoints: tuple[EndpointShown, ...]


class TestSent(BaseModel):
    """The id of the test event, as its `webhook-id` will name it."""

    event: str


class Replayed(BaseModel):
    """How many events are told again."""

    replayed: int
