"""One realistic fact of every type, and one with only what is mandatory: what `contracts.freeze` writes down.

They are the sample network's: study Alder at Eastmere, referred by Openhand Registry, owned by Ines.
"""

from typing import Final

from contracts.examples.alerts import ALERT_EXAMPLES
from contracts.examples.leads import LEAD_EXAMPLES
from contracts.examples.network import NETWORK_EXAMPLES
from contracts.examples.referrals import REFERRAL_EXAMPLES
from contracts.examples.said import Example
from contracts.examples.tokens import TOKEN_EXAMPLES

EXAMPLES: Final = (*NETWORK_EXAMPLES, *TOKEN_EXAMPLES, *REFERRAL_EXAMPLES, *LEAD_EXAMPLES, *ALERT_EXAMPLES)

__all__ = ["EXAMPLES", "Example"]
