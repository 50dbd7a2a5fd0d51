"""Each rule of `purity` finds what was planted and leaves the clean neighbour alone."""

from collections.abc import Callable, Iterator

import pytest

from tests.house import purity
from tests.house.tree import Finding, Tree

RULES = "services/sla/clocks/rules.py"
FOLDER = "services/routing/assignment/rules/capacity.py"


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nat = datetime.now()",
        "import datetime as d\nat = d.datetime.utcnow()",
        "from datetime import date\nday = date.today()",
        "from uuid import uuid4\nlead = uuid4()",
        "import uuid\nlead = uuid.uuid4()",
        "import random",
        "from random import choice",
        "import time",
        "text = open('network.yaml').read()",
        "async def decide(): ...",
    ],
)
@pytest.mark.parametrize("path", [RULES, FOLDER])
def test_a_rule_that_asks_the_world_is_found(path: str, text: str) -> None:
    assert planted(purity.rules_are_pure, path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (RULES, "from datetime import time\nopening = time(9, 0)"),
        (RULES, "from uuid import uuid5\ndef alert(lead, name): return uuid5(lead, name)"),
        ("services/sla/clocks/storage.py", "from datetime import datetime\nat = datetime.now()"),
    ],
)
def test_a_rule_may_build_times_and_derive_ids(path: str, text: str) -> None:
    assert not planted(purity.rules_are_pure, path, text)


@pytest.mark.parametrize("text", ["import sqlalchemy", "from services.chassis import work", "import yaml"])
def test_contracts_import_nothing_else(text: str) -> None:
    assert planted(purity.contracts_import_little, "contracts/leads/facts.py", text)
    assert not planted(purity.contracts_import_little, "contracts/leads/facts.py", "import json\nimport pydantic")


@pytest.mark.parametrize("text", ["async def save(s): await s.commit()", "def save(session): session.commit()"])
def test_a_commit_outside_the_chassis_is_found(text: str) -> None:
    assert planted(purity.commits_stay_home, "services/intake/routes/storage.py", text)
    assert planted(purity.commits_stay_home, "deploy/local/postgres.py", text)
    assert not planted(purity.commits_stay_home, "services/chassis/work.py", text)


def test_the_chassis_asks_for_no_service_by_name() -> None:
    asks = "def f(service):\n    if service == 'intake':\n        return 1"
    assert planted(purity.chassis_is_blind, "services/chassis/relay.py", asks)
    assert not planted(purity.chassis_is_blind, "services/cli/serve.py", asks)
    assert not planted(purity.chassis_is_blind, "services/chassis/relay.py", "NAMES = ('intake', 'routing')")


def planted(rule: Callable[[Tree], Iterator[Finding]], path: str, text: str) -> list[Finding]:
    return list(rule(Tree.of({path: text})))
