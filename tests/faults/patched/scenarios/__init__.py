"""The shortest schedules that expose the planted bugs; the same ones run clean without them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.faults.patched.scenarios import reading, timing, writing
from tests.faults.patched.scenarios.hands import Hands
from tests.faults.patched.scenarios.room import Room


@dataclass(frozen=True, slots=True)
class Scenario:
    """One schedule. `apart`: what it stops, kills or plants bugs in, each a process of its own."""

    run: Callable[[Room, Hands], Awaitable[None]]
    apart: tuple[str, ...]
    alerts: bool = False
    """clocks run out in it"""
    searches: bool = False
    """the servers' own files are searched: it needs servers that nobody has used"""

    @property
    def name(self) -> str:
        """As bugs name it."""
        return self.run.__name__


_WRITERS: Final = ("routing.api", "routing.consume", "routing.tick")

_ALL: Final = (
    Scenario(writing.writer_stopped_before_commit, ("routing.api", "routing.relay")),
    Scenario(writing.writer_stopped_before_it_writes, (*_WRITERS, "routing.relay")),
    Scenario(writing.writer_killed_before_commit, ("intake.api",)),
    Scenario(writing.drained_twice, _WRITERS),
    Scenario(writing.nothing_happens, ("intake.api",), searches=True),
    Scenario(writing.outsider_looks, ("routing.api",)),
    Scenario(reading.one_of_two_relays_stopped, ("routing.relay", "routing.relay#2")),
    Scenario(reading.relay_killed_before_mark, ("intake.relay", "routing.consume")),
    Scenario(reading.reader_killed_while_it_waits, ("routing.consume",)),
    Scenario(reading.reader_killed_before_handlers, ("routing.consume",)),
    Scenario(reading.report_killed_before_offset, ("reporting.consume",)),
    Scenario(reading.poisoned_and_mended, ("reporting.consume",)),
    Scenario(timing.ticker_stopped_after_its_look, ("sla.tick",), alerts=True),
    Scenario(timing.answer_given_and_not_heard, ("sla.tick", "routing.relay"), alerts=True),
)

SCENARIOS: Final[dict[str, Scenario]] = {scenario.name: scenario for scenario in _ALL}
