"""The import contracts of pyproject.toml hold a clean tree and break on each planted import."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import root

CLEAN = {
    "contracts/envelope.py": "",
    "deploy/local/up.py": "import contracts.envelope",
    "services/chassis/work.py": "import sqlalchemy",
    "services/cli/main.py": "import deploy.local.up\nimport services.sla.app",
    "services/intake/app.py": "import services.intake.referrals.api\nimport services.chassis.work",
    "services/intake/referrals/api.py": "import services.intake.referrals.storage\nimport services.intake.contacts",
    "services/intake/referrals/handlers.py": "",
    "services/intake/referrals/storage.py": "import sqlalchemy\nimport services.intake.referrals.rules",
    "services/intake/referrals/rules.py": "import contracts.envelope",
    "services/intake/contacts/rules.py": "",
    "services/intake/contacts/storage.py": "",
    "services/routing/app.py": "",
    "services/sla/app.py": "",
    "services/reporting/app.py": "",
    "tests/test_all.py": "import services.intake.app",
}

PLANTED = {
    "a service imports another": ("services/sla/app.py", "import services.routing.app"),
    "the chassis imports a service": ("services/chassis/work.py", "import services.sla.app"),
    "a service imports the command line": ("services/sla/app.py", "import services.cli.main"),
    "contracts import the chassis": ("contracts/envelope.py", "import services.chassis.work"),
    "deploy imports the chassis": ("deploy/local/up.py", "import services.chassis.work"),
    "a service imports deploy": ("services/sla/app.py", "import deploy.local.up"),
    "code imports tests": ("services/sla/app.py", "import tests.test_all"),
    "a lower room imports a higher": ("services/intake/contacts/rules.py", "import services.intake.referrals.rules"),
    "storage imports the api": ("services/intake/referrals/storage.py", "import services.intake.referrals.api"),
    "the api imports the handlers": ("services/intake/referrals/api.py", "import services.intake.referrals.handlers"),
    "rules import storage": ("services/intake/contacts/rules.py", "import services.intake.contacts.storage"),
    "rules import a database library": ("services/intake/contacts/rules.py", "import asyncpg"),
    "rules import the chassis": ("services/intake/contacts/rules.py", "import services.chassis.work"),
    "contracts import a web framework": ("contracts/envelope.py", "import fastapi"),
    "a room nobody planned": ("services/intake/extras/rules.py", ""),
    "a role nobody knows": ("services/intake/contacts/service.py", ""),
    "a service nobody planned": ("services/billing/app.py", ""),
}


def broken(folder: Path, texts: dict[str, str]) -> int:
    """How many contracts of pyproject.toml the tree of `texts` breaks, in import-linter's own count."""
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        for parent in list(Path(name).parents)[:-1]:
            (folder / parent / "__init__.py").touch()
    linter, config = Path(sys.executable).parent / "lint-imports", root() / "pyproject.toml"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    run = subprocess.run(
        [linter, "--no-cache", "--config", config],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    counted = re.search(r"Contracts: \d+ kept, (\d+) broken", run.stdout)
    assert counted, run.stdout + run.stderr
    return int(counted[1])


def test_a_clean_tree_passes(tmp_path: Path) -> None:
    assert broken(tmp_path, CLEAN) == 0


@pytest.mark.parametrize(("path", "text"), PLANTED.values(), ids=PLANTED)
def test_a_planted_import_breaks_a_contract(tmp_path: Path, path: str, text: str) -> None:
    assert broken(tmp_path, {**CLEAN, path: text}) >= 1
