"""Every fact type of this release: importing this module makes them all readable."""

from contracts.alerts.facts import AlertFact
from contracts.leads.facts import LeadFact
from contracts.network.facts import NetworkFact
from contracts.referrals.facts import ReferralFact
from contracts.tokens.facts import TokenFact

AnyFact = NetworkFact | TokenFact | ReferralFact | LeadFact | AlertFact

__all__ = ["AlertFact", "AnyFact", "LeadFact", "NetworkFact", "ReferralFact", "TokenFact"]
