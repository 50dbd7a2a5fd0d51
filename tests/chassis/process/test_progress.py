"""Runs, waits or is stuck: the watchdog's judgement with a clock of its own (P13)."""

from services.chassis.process.progress import Heart, Verdict


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def verdicts(
    heart: Heart, clock: Clock, seconds: int, *, away: str | None = None, every: int = 5
) -> list[tuple[int, str]]:
    """What is said during so many seconds of silence, asked every five; only changes."""
    said: list[tuple[int, str]] = []
    for second in range(seconds + 1):
        if second:
            clock.at += 1
        if second % every == 0 and heart.needs_asking():
            verdict = str(heart.judge(away))
            if not said or said[-1][1] != verdict:
                said.append((second, verdict))
    return said


def test_a_loop_that_beats_is_never_asked_about() -> None:
    clock = Clock()
    heart = Heart(clock)
    for _ in range(200):
        clock.at += 9
        heart.beat()
        assert not heart.needs_asking()
    assert heart.beaten


def test_silence_with_every_dependency_answering_rebuilds_after_60_s_and_exits_within_90() -> None:
    clock = Clock()
    said = verdicts(Heart(clock), clock, 90)
    assert said == [(10, "quiet"), (60, "rebuild"), (65, "quiet"), (80, "exit")]


def test_a_dependency_that_is_away_pauses_for_as_long_as_it_takes() -> None:
    clock = Clock()
    heart = Heart(clock)
    assert verdicts(heart, clock, 3600, away="kafka") == [(10, "away")]
    assert heart.away == "kafka"


def test_after_an_outage_the_loop_has_its_full_time_again() -> None:
    clock = Clock()
    heart = Heart(clock)
    verdicts(heart, clock, 600, away="postgres")
    assert verdicts(heart, clock, 50) == [(0, "quiet")]
    assert heart.away is None
    assert verdicts(heart, clock, 10) == [(0, "quiet"), (10, "rebuild")]


def test_an_outage_after_the_rebuild_is_no_reason_to_exit() -> None:
    clock = Clock()
    heart = Heart(clock)
    assert verdicts(heart, clock, 60)[-1] == (60, "rebuild")
    assert verdicts(heart, clock, 300, away="kafka") == [(0, "away")]
    assert "exit" not in dict(map(reversed, verdicts(heart, clock, 60)))  # type: ignore[arg-type]


def test_a_beat_after_the_rebuild_makes_all_well() -> None:
    clock = Clock()
    heart = Heart(clock)
    verdicts(heart, clock, 60)
    before = heart.beaten
    heart.beat()
    assert (before, heart.beaten) == (False, True)
    assert verdicts(heart, clock, 59) == [(10, "quiet")]


def test_a_process_frozen_for_an_hour_is_rebuilt_before_it_is_given_up() -> None:
    clock = Clock()
    heart = Heart(clock)
    heart.beat()
    clock.at += 3600
    assert heart.judge(None) is Verdict.REBUILD
    assert verdicts(heart, clock, 15) == [(0, "quiet")]
