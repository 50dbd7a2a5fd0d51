"""How many keys live at once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.intake.access.rules import ApiKey, TooManyKeys, gives_way

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_key(n: int, *, age: int = 1, lasts: int = 10, revoked: bool = False) -> ApiKey:
    """Made `age` days ago for `lasts` days."""
    created = NOW - timedelta(days=age)
    return ApiKey(UUID(int=n), "staff", "ines", created, created + timedelta(days=lasts), NOW if revoked else None)


@pytest.mark.parametrize(
    ("keys", "id"),
    [
        ([], None),
        ([a_key(1)], None),
        ([a_key(1, age=11), a_key(2), a_key(3, revoked=True)], None),
        ([a_key(1, age=2), a_key(2, age=3)], 2),
        ([a_key(1, age=10), a_key(2), a_key(3)], 2),
    ],
    ids=["none yet", "one", "one live, one over, one revoked", "two live: the older", "one ends at this moment"],
)
def test_the_oldest_sign_in_gives_way_to_a_third(keys: list[ApiKey], id: int | None) -> None:
    gone = gives_way(keys, "staff", NOW)
    assert (gone.id if gone else None) == (UUID(int=id) if id else None)


@pytest.mark.parametrize("kind", ["partner", "sponsor"])
def test_nobody_ends_a_systems_key_by_the_way(kind: str) -> None:
    with pytest.raises(TooManyKeys):
        gives_way([a_key(1), a_key(2)], kind, NOW)
