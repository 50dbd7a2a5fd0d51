"""The send role's work for alerts: claim in one Work, look once more, send outside any, mark in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from contracts.network.facts import SiteDefined, StaffDefined, StudyDefined
from contracts.vocabulary import NotifyChannel, SendFailure
from services.chassis.sender import Sent
from services.chassis.service import Parts
from services.chassis.telemetry.logs import get_logger
from services.chassis.work import Work
from services.sla.alerts import rules
from services.sla.alerts.rules import Alert
from services.sla.alerts.sender.look import LastLook
from services.sla.alerts.sender.words import Facts, letter
from services.sla.alerts.storage.alerts import alerts_by_key
from services.sla.alerts.storage.links import tokens_for
from services.sla.channels import storage
from services.sla.channels.rules import Code, Letter, judge
from services.sla.channels.sender.mail import Mail
from services.sla.channels.storage import Key
from services.sla.clocks.rules.lead import Clocks
from services.sla.clocks.storage.leads import clocks_as_they_are, clocks_for_update
from services.sla.network.storage import Items, about, body_of

log = get_logger("alerts")

_LEAD: Final = "/desk/v1/leads/"
ACKNOWLEDGE: Final = "/sla/a/"


@dataclass(frozen=True, slots=True)
class Errand:
    """One claimed intent: a letter, or why there is none."""

    key: Key
    tries: int
    """this one included"""
    letter: Letter | Literal[Code.NO_ADDRESS, Code.NOT_KNOWN]


class AlertMail:
    """Tells accountable people by mail. One intent per alert and recipient; a repeated send carries the same id."""

    def __init__(self, parts: Parts) -> None:
        self._look = LastLook(parts.database)
        self._keys = parts.keys
        self._origin = parts.settings.public_url
        self._mail = Mail(parts.settings)

    async def claim(self, work: Work, limit: int) -> list[Errand]:
        """Take what is due and write the letters; four statements more than the claim itself, whatever its size."""
        claimed = await storage.claim(work, limit)
        if not claimed:
            return []
        tries = {(one.alert, one.staff): one.tries + 1 for one in claimed}
        alerts = await alerts_by_key(work, tries)
        clocks = await clocks_as_they_are(work, {alert.lead for alert in alerts.values()})
        items = await about(work, {key for alert in alerts.values() for key in _named(alert)})
        tokens = await tokens_for(work, self._keys, list(alerts))
        return [
            Errand(key, tries[key], self._letter(alert, clocks[alert.lead], items, tokens[key]))
            for key, alert in alerts.items()
        ]

    async def send(self, errand: Errand) -> Sent:
        """Look once more, outside of which nothing is open; then hand it over."""
        if not isinstance(errand.letter, Letter):
            return Sent(False, errand.letter)
        due = await self._look.is_due(errand.key)
        return await self._mail.hand_over(errand.letter) if due else Sent(False, Code.WITHDRAWN)

    async def mark(self, work: Work, tried: Sequence[tuple[Errand, Sent]]) -> None:
        """Say what was delivered and what failed for good; the rest is tried again later."""
        verdicts = {
            errand.key: judge(sent.code, tries=errand.tries) for errand, sent in tried if sent.code != Code.WITHDRAWN
        }
        if not verdicts:
            return
        alerts = await alerts_by_key(work, verdicts)
        await clocks_for_update(work, {alert.lead for alert in alerts.values()})
        await work.take_time()
        for key, delivered in (await storage.mark(work, list(verdicts.items()))).items():
            alert, failure = alerts[key], verdicts[key].failure
            if delivered:
                work.emit(rules.delivered(alert, NotifyChannel.MAIL), is_test=alert.is_test)
            elif failure is not None:
                work.emit(rules.failed(alert, NotifyChannel.MAIL, failure), is_test=alert.is_test)
                work.after_commit(partial(_tell, alert, failure))

    def _letter(
        self, alert: Alert, clocks: Clocks, items: Items, token: str
    ) -> Letter | Literal[Code.NO_ADDRESS, Code.NOT_KNOWN]:
        staff = body_of(items, f"staff/{alert.staff}", StaffDefined)
        study = body_of(items, f"study/{alert.study}", StudyDefined)
        site = body_of(items, f"site/{alert.site}", SiteDefined)
        episode = next(one for one in clocks.episodes if one.number == alert.episode)
        if staff is None or study is None or site is None or episode.deadlines is None:
            return Code.NOT_KNOWN
        if staff.email is None:
            return Code.NO_ADDRESS
        facts = Facts(
            code=study.code,
            site=site.name,
            zone=site.zone,
            waiting_since=episode.started_at,
            due_at=episode.deadlines.breach_at,
            owned=clocks.lead.owner is not None,
            lead_link=f"{self._origin}{_LEAD}{alert.lead}",
            acknowledge_link=f"{self._origin}{ACKNOWLEDGE}{token}",
        )
        return letter(alert, facts, to=staff.email)


def _tell(alert: Alert, failure: SendFailure) -> None:
    log.error("an alert did not reach its recipient", service="sla", key=alert.id, lead=alert.lead, reason=failure)


def _named(alert: Alert) -> tuple[str, str, str]:
    return f"staff/{alert.staff}", f"study/{alert.study}", f"site/{alert.site}"
