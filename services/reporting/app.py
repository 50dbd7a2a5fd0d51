"""Reporting's parts list."""

from contracts.streams import ALERTS, LEADS, NETWORK, REFERRALS
from services.chassis.copies import Copies
from services.chassis.pages.reference import reference_routes
from services.chassis.service import Census, Parts, Reads, Service
from services.reporting.facts import handlers as facts
from services.reporting.facts.storage import received_leads
from services.reporting.measures import handlers as measures
from services.reporting.measures.storage import breaches
from services.reporting.summaries.api import routes, scope_of


def build(parts: Parts) -> Service:
    """The journal, what it adds up to, and what of it may be shown."""
    own = routes()
    return Service(
        name="reporting",
        prefixes=("/reports",),
        routes=(*own, *reference_routes("reporting", "/reports", own)),
        scope_of=scope_of,
        census=Census(breaches=breaches, leads=received_leads),
        reads=(
            Reads(NETWORK, (Copies().store, facts.on_facts)),
            *(
                Reads(stream, (facts.on_facts, measures.on_facts), watched=True)
                for stream in (REFERRALS, LEADS, ALERTS)
            ),
        ),
    )
