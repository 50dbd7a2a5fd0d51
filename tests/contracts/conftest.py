"""Facts invented by a test are known only as long as it runs."""

from collections.abc import Iterator

import pytest

from contracts.envelope import KNOWN


@pytest.fixture(autouse=True)
def known_as_before() -> Iterator[None]:
    before = dict(KNOWN)
    yield
    KNOWN.clear()
    KNOWN.update(before)
