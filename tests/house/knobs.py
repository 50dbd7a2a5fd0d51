"""Every setting named outside the code is one the code knows: a misspelt variable is refused at start."""

import re
from collections.abc import Iterator
from functools import cache

from services.chassis.settings import FILE, PREFIX, Settings
from tests.house.tree import Finding, Tree

NAME = re.compile(r"\b" + PREFIX + r"[A-Z][A-Z0-9_]*")


@cache
def known_settings() -> frozenset[str]:
    """Every `BATON_*` variable a process reads, `*_FILE` forms of the secrets with them."""
    names = set()
    for name, field in Settings.model_fields.items():
        names.add(PREFIX + name.upper())
        if "SecretStr" in str(field.annotation):
            names.add(PREFIX + name.upper() + FILE)
    return frozenset(names)


def settings_are_known(tree: Tree) -> Iterator[Finding]:
    """Compose, Dockerfile, Makefile, `.ci/run`, `.env.example` and documents name known settings only."""
    for source in tree.sources:
        if source.path.suffix == ".py":
            continue
        for number, line in enumerate(source.lines, start=1):
            for name in NAME.findall(line):
                if name not in known_settings():
                    yield source.found(number, f"{name} is no setting of services/chassis/settings.py")
