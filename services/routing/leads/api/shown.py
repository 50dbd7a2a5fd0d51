"""How the desk shows a lead to a program: codes, times in UTC, never a person."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.envelope import rfc3339
from services.routing.leads.rules.buckets import bucket_of
from services.routing.leads.rules.lead import Blocker, Lead


def end_of_day(zone: str, at: datetime) -> datetime:
    """Midnight at the end of the site's local day, in UTC."""
    local = at.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=local.tzinfo).astimezone(UTC)


def row(lead: Lead, *, zone: str, at: datetime, caller: str, study_code: str, duplicates: int) -> dict[str, Any]:
    """One row of the queue: who owns it, which study, since when, what is next (R27), and what to know before (R29)."""
    held = [{"kind": "system", "resolver": "operator", "since": None, "until": None}] if lead.parked else []
    return {
        "lead": str(lead.id),
        "version": lead.version,
        "bucket": bucket_of(lead, today_ends=end_of_day(zone, at)).value if lead.open else None,
        "study": lead.study,
        "study_code": study_code,
        "site": lead.site,
        "partner": lead.partner,
        "channel": lead.channel.value,
        "priority": lead.priority.value,
        "is_test": lead.is_test,
        "arrived_at": rfc3339(lead.received_at),
        "owner": lead.owner,
        "backup": lead.backup,
        "mine": caller in (lead.owner, lead.backup),
        "waiting": lead.waiting.value if lead.waiting else None,
        "stage": lead.stage.value,
        "status": lead.status.value,
        "attempts": lead.attempts,
        "next": _next(lead),
        "blockers": [_blocker(blocker) for blocker in lead.blockers] + held,
        "deadline": _deadline(lead),
        "alert": {"level": lead.mark.alert_level, "acknowledged": lead.mark.alert_acknowledged}
        if lead.mark.alert_level
        else None,
        "permitted": [channel.value for channel in lead.permitted],
        "stated_interest": lead.stated_interest.value if lead.stated_interest else None,
        "contact_is": lead.contact_is.value,
        "language": lead.language,
        "material": f"{lead.material}@{lead.material_version}",
        "duplicate_check": lead.checked.value if lead.checked else "running",
        "duplicates": duplicates,
    }


def whole(lead: Lead, shown: Mapping[str, Any], explanations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One lead with all the desk knows: its row, where it stands under, why each owner."""
    return {
        **shown,
        "duplicate_of": str(lead.duplicate_of) if lead.duplicate_of else None,
        "milestones": [milestone.value for milestone in lead.milestones],
        "permission_wording": lead.permission_wording,
        "material_superseded": lead.material_superseded,
        "closed_at": _time(lead.closed_at),
        "close_reason": lead.close_reason.value if lead.close_reason else None,
        "assignments": [dict(one) for one in explanations],
    }


def _next(lead: Lead) -> dict[str, Any] | None:
    if lead.next_action is None or lead.next_who is None:
        return None
    return {"action": lead.next_action.value, "who": lead.next_who.value, "due_at": _time(lead.next_due)}


def _blocker(blocker: Blocker) -> dict[str, Any]:
    return {
        "kind": blocker.kind.value,
        "resolver": blocker.resolver.value,
        "since": rfc3339(blocker.since),
        "until": _time(blocker.until),
    }


def _deadline(lead: Lead) -> dict[str, Any] | None:
    if lead.mark.deadline_state is None:
        return None
    return {"state": lead.mark.deadline_state, "breach_at": _time(lead.mark.deadline_at)}


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None
