"""Alerts for programs of staff: what is open at my sites, and "I have seen it"."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from contracts.vocabulary import Clock, Level
from services.chassis.auth.identity import Kind
from services.chassis.http.problems import NotFound, Problem
from services.chassis.http.routes import Answer, Call, Route
from services.sla.alerts import rules
from services.sla.alerts.rules import Alert
from services.sla.alerts.storage.alerts import acknowledge
from services.sla.board import storage

MOST: Final = 200
STAFF: Final[frozenset[Kind]] = frozenset({"staff"})


class AlertShown(BaseModel):
    """One open alert. `due_at` is when the clock is missed."""

    alert: str
    lead: str
    study: str
    code: str | None
    site: str
    clock: Clock
    level: Level
    staff: str
    raised_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    unconfirmed: bool
    is_test: bool


class AlertsShown(BaseModel):
    """Open alerts of the caller's sites, the caller's own first; `more` when there are over 200."""

    alerts: Sequence[AlertShown]
    more: bool


class Acknowledged(BaseModel):
    """An alert after it was acknowledged; `resolved` when it was over by then, and nothing was left to acknowledge."""

    alert: str
    acknowledged_at: datetime | None
    resolved: bool


async def list_alerts(call: Call[None]) -> Answer:
    """Open alerts at the caller's sites."""
    found = await storage.open_alerts(call.work, call.caller.id, MOST + 1)
    shown = [_shown(one) for one in found[:MOST]]
    return Answer(body=AlertsShown(alerts=shown, more=len(found) > MOST))


async def acknowledge_alert(call: Call[None]) -> Answer:
    """The accountable person has seen it. Once is enough: saying it again changes and says nothing.

    Raises:
        NotFound: there is no such alert at the caller's sites.
        Problem: 403, it is somebody else's.
    """
    alert = await storage.alert_for_update(call.work, call.uuid("alert"))
    if alert is None:
        raise NotFound
    if alert.staff != call.caller.id:
        raise Problem(403, "not_accountable", "Only the accountable person can acknowledge an alert")
    at = alert.acknowledged_at
    if alert.open and at is None:
        at = await call.work.take_time()
        await acknowledge(call.work, alert)
        call.work.emit(rules.acknowledged(alert), is_test=alert.is_test)
    return Answer(body=Acknowledged(alert=str(alert.id), acknowledged_at=at, resolved=not alert.open))


ROUTES: Final = (
    Route(
        "GET",
        "/sla/v1/alerts",
        list_alerts,
        STAFF,
        "alerts of the sites the caller works at",
        "Open alerts, mine first",
        answers=AlertsShown,
    ),
    Route(
        "POST",
        "/sla/v1/alerts/{alert}/acknowledge",
        acknowledge_alert,
        STAFF,
        "the caller's own alert",
        "Say that I have seen an alert",
        answers=Acknowledged,
    ),
)


def _shown(one: storage.Shown) -> AlertShown:
    alert: Alert = one.alert
    return AlertShown(
        alert=str(alert.id),
        lead=str(alert.lead),
        study=alert.study,
        code=one.code,
        site=alert.site,
        clock=alert.clock,
        level=alert.level,
        staff=alert.staff,
        raised_at=alert.raised_at,
        due_at=one.breach_at,
        acknowledged_at=alert.acknowledged_at,
        unconfirmed=alert.unconfirmed,
        is_test=alert.is_test,
    )
