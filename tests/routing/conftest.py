"""A desk on the session's real database; every test uses a network of its own."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from tests.routing.desk import DeskOfTests, rooms


@pytest.fixture
def desk(database_of: Callable[[str], Database], tmp_path: Path) -> DeskOfTests:
    return DeskOfTests(database_of("routing"), rooms(KeyRing.open(tmp_path / "keys", create=True)))


@pytest.fixture
def tag() -> str:
    """The end of every id of this test's network."""
    return uuid4().hex[:8]
