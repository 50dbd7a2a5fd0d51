"""Routing, one release ahead: facts that today's readers do not know, said from a process of their own.

`python -m tests.journeys.newer_release say WORD LEAD` says one of them about a lead, through the outbox, as routing.
`python -m tests.journeys.newer_release baton ...` is the `baton` of that release. Never imported by a test: importing
it makes its types known, and a fact of today's release would be read as the newer one's.
"""

import asyncio
import sys
from typing import Annotated, Final

from contracts.envelope import FactBody
from contracts.says import PLAIN, RTE, says
from contracts.shapes import LeadId, Slug
from contracts.streams import LEADS
from services.chassis.settings import Settings
from services.cli.main import app
from services.cli.places import database_of


class _Lead(FactBody):
    lead: Annotated[LeadId, says("names the lead", by=RTE, data=PLAIN)]
    study: Annotated[Slug, says("study interest", by=RTE, data=PLAIN)] = "kelp"
    site: Annotated[Slug, says("whose desk", by=RTE, data=PLAIN)] = "soloby"
    partner: Annotated[Slug, says("credits the source", by=RTE, data=PLAIN)] = "quarrel"


class LeadAdmired(_Lead, stream=LEADS, key="lead", ignorable=True):
    """A type nobody needs to know."""


class LeadLent(_Lead, stream=LEADS, key="lead"):
    """A type that a reader has to know."""


class AttemptRecorded(_Lead, stream=LEADS, key="lead"):
    """Today's type with a field more, and words that its closed lists got later."""

    attempt: Annotated[int, says("which", by=RTE, data=PLAIN)] = 1
    direction: Annotated[str, says("who called whom", by=RTE, data=PLAIN)] = "out"
    channel: Annotated[str, says("how", by=RTE, data=PLAIN)] = "hologram"
    result: Annotated[str, says("what it met", by=RTE, data=PLAIN)] = "waved_back"
    seconds: Annotated[int, says("how long", by=RTE, data=PLAIN)] = 95


_WORDS: Final[dict[str, type[_Lead]]] = {"admired": LeadAdmired, "lent": LeadLent, "attempt": AttemptRecorded}


async def say(word: str, lead: str) -> None:
    """One fact of the newer release about a lead."""
    async with database_of("routing", Settings.load()) as database, database.work("system:routing") as work:
        work.emit(_WORDS[word](lead=lead), is_test=False)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["say", word, lead]:
            asyncio.run(say(word, lead))
        case ["baton", *words]:
            app(words)
        case _:
            sys.exit(__doc__)
