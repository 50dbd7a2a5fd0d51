"""The page behind an acknowledge link. Opening it changes nothing: mail scanners open links; its button does."""

from pathlib import Path
from typing import Final

from contracts.network.facts import SiteDefined, StaffDefined, StudyDefined
from services.chassis.auth.identity import Identity
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.pages.shell import Pages
from services.chassis.work import EVERYTHING
from services.sla.alerts import rules
from services.sla.alerts.rules import Alert
from services.sla.alerts.storage.alerts import acknowledge
from services.sla.alerts.storage.links import alert_behind
from services.sla.board.storage import alert_for_update
from services.sla.clocks.storage.leads import clocks_as_they_are
from services.sla.network.storage import about, body_of

FOLDER: Final = Path(__file__).parent / "templates"
_PATH: Final = "/sla/a/{token}"
_WHOSE: Final = "the one alert its link was mailed for; the link is the key"


class AcknowledgePages:
    """GET shows an alert by its secret link, POST acknowledges it for the person it was sent to."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @property
    def routes(self) -> tuple[Route, ...]:
        """Public: whoever holds the link is the person it was mailed to."""
        return (
            Route(
                "GET", _PATH, self.show, frozenset(), _WHOSE, "See an alert by its link",
                public=True, sees=EVERYTHING, page=True,
            ),
            Route(
                "POST", _PATH, self.say, frozenset(), _WHOSE, "Acknowledge it by its link",
                public=True, sees=EVERYTHING, page=True, status=303,
            ),
        )  # fmt: skip

    async def show(self, call: Call[None]) -> Answer:
        """What the alert is about, and the button while there is something to say."""
        alert = await alert_behind(call.work, call.parts.keys, call.path["token"])
        if alert is None:
            return Answer(404, page=self._pages.render("no_alert.html"))
        return Answer(page=await self._page(call, alert))

    async def say(self, call: Call[None]) -> Answer:
        """Acknowledge for its recipient; again, or after its end, nothing changes. Answers by showing the page."""
        alert = await alert_behind(call.work, call.parts.keys, call.path["token"])
        if alert is None:
            return Answer(404, page=self._pages.render("no_alert.html"))
        current = await alert_for_update(call.work, alert.id)
        if current is not None and current.staff == alert.staff and current.open and current.acknowledged_at is None:
            await call.work.take_time()
            await acknowledge(call.work, current)
            call.work.actor = str(Identity("staff", current.staff))
            call.work.emit(rules.acknowledged(current), is_test=current.is_test)
        return Answer(303, headers={"location": f"/sla/a/{call.path['token']}"})

    async def _page(self, call: Call[None], alert: Alert) -> str:
        now = await call.work.read_time()
        keys = {f"staff/{alert.staff}", f"study/{alert.study}", f"site/{alert.site}"}
        items = await about(call.work, keys)
        site = body_of(items, f"site/{alert.site}", SiteDefined)
        study = body_of(items, f"study/{alert.study}", StudyDefined)
        staff = body_of(items, f"staff/{alert.staff}", StaffDefined)
        clocks = (await clocks_as_they_are(call.work, [alert.lead]))[alert.lead]
        episode = clocks.episodes[alert.episode - 1]
        return self._pages.render(
            "alert.html",
            alert=alert,
            code=study.code if study else alert.study,
            site=site.name if site else alert.site,
            zone=site.zone if site else "UTC",
            who=staff.label if staff else alert.staff,
            since=episode.started_at,
            due_at=episode.deadlines.breach_at if episode.deadlines else None,
            now=now,
        )
