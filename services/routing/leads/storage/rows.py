"""Leads to rows and back. Whole rows travel as one JSON document: one statement for any number of leads."""

import json
from collections.abc import Iterable
from typing import Any

import asyncpg
from pydantic import TypeAdapter

from contracts.streams import partition_of
from services.routing.leads.rules.lead import Blocker, Lead, Mark

_LEAD = TypeAdapter(Lead)
_BLOCKERS = TypeAdapter(tuple[Blocker, ...])
_MARKS = ("deadline_at", "deadline_state", "alert_level", "alert_acknowledged")


def lead_from(row: asyncpg.Record) -> Lead:
    """A row of `lead` as its rules see it."""
    values = {name: value for name, value in row.items() if name not in _MARKS and name != "shard"}
    values["blockers"] = _BLOCKERS.validate_python(row["blockers"])
    values["mark"] = Mark(**{name: row[name] for name in _MARKS})
    return _LEAD.validate_python(values)


def as_document(leads: Iterable[Lead]) -> str:
    """These leads as a JSON array of rows for `jsonb_populate_recordset(null::lead, ...)`."""
    return json.dumps([_row(lead) for lead in leads])


def _row(lead: Lead) -> dict[str, Any]:
    row = _LEAD.dump_python(lead, mode="json")
    mark = row.pop("mark")
    return {**row, **mark, "shard": partition_of(str(lead.id))}
