"""Deadlines by this program's own arithmetic: set once, at the right times, ended by what answered (R42, R43, R51)."""

from collections.abc import Iterator
from typing import Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.laws.rows import differences
from tests.faults.checker.laws.states_sla import measured
from tests.faults.checker.models.folded import Folded
from tests.faults.checker.models.said import Run
from tests.faults.checker.models.sla import Episode, Watched

SET: Final = "each clock has one deadline, the policy's"
ENDED: Final = "each answered clock is ended and measured, once"


def law(model: Folded) -> Iterator[Breach]:
    """Every episode of every lead, and none besides."""
    for lead in model.clocks.leads.values():
        runs = model.said.runs.get(lead.id, {})
        for episode in lead.episodes:
            run = runs.get(episode.number)
            if run is None:
                yield Breach(SET, "missed", lead.id, f"nothing was ever said of episode {episode.number}")
            else:
                yield from _set(lead, episode, run, model)
                yield from _ended(lead, episode, run, model)
        for number in runs.keys() - {episode.number for episode in lead.episodes}:
            yield Breach(SET, "repeated", lead.id, f"there is no episode {number} by the facts of routing")
    for key in model.said.runs.keys() - model.clocks.leads.keys():
        yield Breach(SET, "state", key, "sla says things of a lead that routing never named")


def _set(lead: Watched, episode: Episode, run: Run, model: Folded) -> Iterator[Breach]:
    target = model.network.target(lead.study, lead.site)
    if target is None:
        return
    must = target.after(episode.started_at)
    if not run.set:
        yield Breach(SET, "missed", lead.id, f"episode {run.number} never got its deadline")
    elif len(run.set) > 1:
        yield Breach(SET, "repeated", lead.id, f"episode {run.number} got {len(run.set)} deadlines")
    elif run.set[0] != must:
        yield Breach(SET, "state", lead.id, f"due {run.set[0].breach_at}, must be {must.breach_at} (and so on)")


def _ended(lead: Watched, episode: Episode, run: Run, model: Folded) -> Iterator[Breach]:
    if (run.ended is None) != (episode.stopped_at is None):
        answer = f"answered at {episode.stopped_at}" if episode.stopped_at else "nobody has answered"
        yield Breach(ENDED, "state", lead.id, f"ended at {run.ended}, and by routing's facts {answer}")
        return
    target = model.network.target(lead.study, lead.site)
    if run.ended is None or target is None:
        return
    must = {"by": episode.answered_by, **measured(episode, target.target)}
    if says := differences(must, {name: getattr(run, name) for name in must}):
        yield Breach(ENDED, "state", lead.id, f"DeadlineEnded: {says}")
