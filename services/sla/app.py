"""The sla service, put together."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Fact
from contracts.streams import LEADS, NETWORK
from services.chassis.pages.reference import reference_routes
from services.chassis.pages.shell import Pages
from services.chassis.service import Breach, Census, Parts, Reads, Sends, Service, Sweep, TimerKind
from services.chassis.work import Work
from services.sla.alerts import handlers as on_alerts
from services.sla.alerts import ticker
from services.sla.alerts.sender.mail import AlertMail
from services.sla.alerts.storage import census as alert_laws
from services.sla.alerts.storage.links import PEPPER
from services.sla.board import api
from services.sla.board.pages import FOLDER, AcknowledgePages
from services.sla.clocks import handlers as on_clocks
from services.sla.clocks.storage import census as clock_laws
from services.sla.clocks.storage import leads, timers
from services.sla.network import handlers as on_items
from services.sla.network.storage import scope_of


def build(parts: Parts) -> Service:
    """Clocks on business time, one accountable person per alert, mail, and the page that answers it."""
    parts.keys.require(PEPPER)
    mail = AlertMail(parts)
    own = (*api.ROUTES, *AcknowledgePages(Pages(FOLDER)).routes)
    return Service(
        name="sla",
        prefixes=("/sla",),
        routes=(*own, *reference_routes("sla", "/sla", own)),
        scope_of=scope_of,
        census=Census(breaches=breaches),
        reads=(
            Reads(NETWORK, (on_items.on_network, on_clocks.on_network, on_alerts.on_network)),
            Reads(
                LEADS,
                (on_clocks.on_leads, on_alerts.on_leads),
                on_stop=on_stop,
                on_parked=on_clocks.on_parked,
                watched=True,
            ),
        ),
        timers=(TimerKind(timers.KIND, lock=leads.lock_free, fire=ticker.fire, waits_for=LEADS),),
        sweeps=(
            Sweep("clocks_behind", 1.0, on_clocks.retime_clocks),
            Sweep("levels_unaddressed", 10.0, on_alerts.address),
        ),
        sends=(Sends("mail", mail.claim, mail.send, mail.mark),),
    )


async def on_stop(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """What a parked fact takes away at once, in every room."""
    await on_clocks.on_stop(work, facts)
    await on_alerts.on_stop(work, facts)


async def breaches(work: Work) -> list[Breach]:
    """The laws of every room."""
    return [*await clock_laws.breaches(work), *await alert_laws.breaches(work)]
