"""Keyed tokens of a person, for routing's duplicate check only. Kept 20 h."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import FactBody
from contracts.says import HEALTH_INFERRING, INT, PLAIN, TOKEN, says
from contracts.shapes import LeadId, Signature, Slug, TokenValue
from contracts.streams import TOKENS
from contracts.vocabulary import TokenKind


class MatchToken(BaseModel):
    """One keyed token: HMAC-SHA-256 in hex, under a key that routing does not have."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kind: Annotated[TokenKind, says("what was made into a token", by=INT, data=PLAIN)]
    key_version: Annotated[int, Field(ge=1), says("which key; only equal versions compare", by=INT, data=PLAIN)]
    value: Annotated[TokenValue, says("compares equal for equal people", by=INT, data=TOKEN)]


class MatchTokens(FactBody, stream=TOKENS, key="lead"):
    """The tokens of one referral, said in the transaction that accepted it."""

    lead: Annotated[LeadId, says("which referral", by=INT, data=PLAIN)]
    study: Annotated[Slug, says("duplicates are within a study", by=INT, data=HEALTH_INFERRING)]
    site: Annotated[Slug, says("and within a site", by=INT, data=PLAIN)]
    partner: Annotated[Slug, says("whose row it is before the lead is heard of", by=INT, data=PLAIN)]
    tokens: Annotated[tuple[MatchToken, ...], says("what to compare", by=INT, data=TOKEN)]
    signature: Annotated[Signature | None, says("how near two are, detail by detail", by=INT, data=TOKEN)] = None


TokenFact = MatchTokens
