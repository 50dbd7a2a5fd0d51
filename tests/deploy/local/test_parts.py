"""How long a fallen part waits."""

from deploy.local.parts import pause_before


def test_pauses_double_up_to_half_a_minute() -> None:
    assert [pause_before(n) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
