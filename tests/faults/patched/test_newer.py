"""The next release and the count of refusals still find what they are laid around.

The next release is a process of its own: importing it makes its types known.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from contracts.alerts.facts import DeadlineMissed
from contracts.streams import Order
from services.chassis.consume import apply
from services.chassis.consume.plan import Plan
from tests.faults.patched import refusals
from tests.faults.patched.patching import undone

SAID = """
import json
from uuid import UUID
from contracts.alerts.facts import DeadlineMissed
from services.chassis import work
from tests.faults.patched import newer

newer.plant()
fact = DeadlineMissed(lead=str(UUID(int=4)), study="clover", site="ashby", clock="first_response", episode=1)
types = {stream: [kind.type_name, kind.ignorable, kind.stream.name] for stream, kind in newer.NEW_TYPES.items()}
print(json.dumps({"written": work.body_bytes(fact).decode(), "field": newer.FIELD, "types": types}))
"""


def said() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        subprocess.run([sys.executable, "-c", SAID], capture_output=True, check=True).stdout
    )
    return told


def test_the_next_release_writes_a_field_more_that_todays_does_not_trip_over_and_types_that_may_be_ignored() -> None:
    told = said()
    assert json.loads(told["written"])[told["field"]] == 2
    assert DeadlineMissed.model_validate_json(told["written"]).site == "ashby"
    assert told["types"] == {
        "leads": ["baton.LeadNoticed.v1", True, "leads"], "alerts": ["baton.AlertNoticed.v1", True, "alerts"],
    }  # fmt: skip


def test_a_batch_without_a_repeat_leaves_no_line_of_refusals(tmp_path: Path) -> None:
    with undone():
        refusals.watch(tmp_path, "sla.consume")
        made: Plan = vars(apply)["plan"]([], {}, {}, order=Order.EVERY)
    assert (made.repeats, refusals.refusals(tmp_path)) == (0, [])
