"""One demo, from an empty folder to its figures."""

import asyncio
import importlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.demo import checks, contact
from deploy.demo.client import Baton
from deploy.demo.deliveries import ACCEPTED, MALFORMED
from deploy.demo.desk import Floor
from deploy.demo.fates import Stale
from deploy.demo.figures import Alerts, Door, Figures, Law
from deploy.demo.letters import Readers, count_letters
from deploy.demo.partners import Answered, send_all
from deploy.demo.sponsors import Summary, read_summary
from services.cli import demo_seen
from services.cli.demo_place import Place, demo_home, demo_place
from services.cli.demo_world import Wish, World, issue_keys, make_world, whom_to_sign_in
from services.cli.errors import Fault

_SETTLED_WITHIN: Final = 120.0
_REST_WITHIN: Final = 30.0
_HEARD_WITHIN: Final = 20.0
_MARKED_WITHIN: Final = 5.0
_QUIET: Final = 0.6
"""Seconds without a letter after which no more is expected."""


@dataclass
class Told:
    """Progress, each line with the seconds since the start; and how long each part took."""

    echo: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    parts: dict[str, float] = field(default_factory=dict)
    _last: float = 0.0

    def say(self, text: str) -> None:
        """One line."""
        self.echo(f"{time.monotonic() - self.began:6.1f} s  {text}")

    def done(self, part: str) -> None:
        """A part has ended."""
        now = time.monotonic() - self.began
        self.parts[part] = round(now - self._last, 1)
        self._last = now


@dataclass
class Played:
    """What was heard while it ran."""

    answers: list[Answered]
    floor: Floor
    readers: Readers


def run(wish: Wish, keep: Path | None, told: Told) -> Figures:
    """Everything. Main thread only; raises Fault and StackError with words for the user."""
    with demo_home(keep) as home:
        made: list[World | Exception] = []
        with demo_place(
            home, keep=keep is not None, say=told.say, meanwhile=lambda: _prepare(wish, home, made)
        ) as place:
            world = _made(made)
            told.done("start")
            _apply(place, world, told)
            figures = asyncio.run(_play(place, world, wish, told))
        told.done("stop")
    return figures


def _prepare(wish: Wish, home: Path, made: list[World | Exception]) -> None:
    """Beside the start of the servers: read files, write the plan, load what the rest will need."""
    try:
        made.append(make_world(wish, home / "network"))
    except Exception as error:
        made.append(error)
    for name in (
        "services.cli.doctor_run",
        "services.routing.app",
        "services.intake.app",
        "services.sla.app",
        "services.reporting.app",
    ):
        importlib.import_module(name)


def _made(made: Sequence[World | Exception]) -> World:
    [world] = made
    if isinstance(world, Exception):
        raise world
    return world


def _apply(place: Place, world: World, told: Told) -> None:
    from services.cli.network import send

    told.say(f"applying {world.name}: {len(world.document['sites'])} sites, {len(world.document['routes'])} routes")
    send(world.files, (), as_recruiting=False, url=place.origin, dry_run=False)
    world.secrets.update(asyncio.run(issue_keys(place.settings, whom_to_sign_in(world))))


async def _play(place: Place, world: World, wish: Wish, told: Told) -> Figures:
    baton = Baton(place.origin)
    try:
        await _heard(baton, world)
        told.done("network")
        played = await _walk(baton, place, world, told)
        told.done("referrals")
        told.say("waiting for rest, then doctor")
        laws = await _laws(place)
        told.done("doctor")
        summaries = [one for one in await _summaries(baton, world) if one is not None]
        return await _figures(place, world, wish, played, laws, summaries, told)
    finally:
        await baton.close()


async def _heard(baton: Baton, world: World) -> None:
    """Wait until reporting knows every study: the network has arrived."""
    deadline = time.monotonic() + _HEARD_WITHIN
    while not all(await _summaries(baton, world)):
        if time.monotonic() > deadline:
            raise Fault(f"the other services did not hear of the network within {_HEARD_WITHIN:.0f} s")
        await asyncio.sleep(0.1)


async def _summaries(baton: Baton, world: World) -> list[Summary | None]:
    keys, sent = world.of("sponsor"), {one.offer.study for one in world.deliveries}
    studies = [one for one in world.document["studies"] if one["id"] in sent]
    return [await read_summary(baton, one["sponsor"], keys[one["sponsor"]], one["id"]) for one in studies]


async def _walk(baton: Baton, place: Place, world: World, told: Told) -> Played:
    """Partners, coordinators and readers of mail, all at once, until nothing is left to do."""
    told.say(
        f"{len(world.deliveries)} referrals in {world.seconds:.0f} s, coordinators at {len(world.site_leads)} sites"
    )
    floor = Floor(baton, world.of("staff"), world.site_leads)
    readers = Readers(place.mailbox, lambda lead: lead in floor.fates and floor.fates[lead].stale is not Stale.FOR_GOOD)
    stop = asyncio.Event()

    def heard(answered: Answered) -> None:
        if answered.lead is not None:
            floor.fates[answered.lead] = answered.delivery.fate
            floor.sites[answered.lead] = answered.delivery.offer.site

    async with asyncio.TaskGroup() as group:
        group.create_task(floor.work(stop))
        group.create_task(readers.work(stop))
        answers = await send_all(baton, world.of("partner"), world.deliveries, heard)
        told.say("all are sent; coordinators finish, deadlines pass, alerts are read")
        await _settled(floor, readers)
        stop.set()
    return Played(answers, floor, readers)


async def _settled(floor: Floor, readers: Readers) -> None:
    """Until nobody has anything to do, no deadline is to come and no letter arrives; or for so long."""
    deadline, letters, quiet_since = time.monotonic() + _SETTLED_WITHIN, -1, 0.0
    while time.monotonic() < deadline:
        if floor.left or readers.arrived != letters:
            letters, quiet_since = readers.arrived, time.monotonic()
        elif time.monotonic() - quiet_since > _QUIET:
            return
        await asyncio.sleep(0.1)


async def _laws(place: Place) -> list[Law]:
    from services.cli.doctor_run import diagnose

    verdicts = await diagnose(_REST_WITHIN, place.settings)
    return [
        Law(one.law, one.checked or 0, [f"{breach.key}: {breach.says}" for breach in one.broken[:20]])
        for one in verdicts
    ]


async def _figures(
    place: Place,
    world: World,
    wish: Wish,
    played: Played,
    laws: Sequence[Law],
    summaries: Sequence[Summary],
    told: Told,
) -> Figures:
    answers = played.answers
    facts, alerts = await _alerts(place)
    accepted = Counter(one.delivery.offer.site for one in answers if one.meaning == ACCEPTED)
    sites = await demo_seen.sites_seen(place.settings, world, accepted)
    room = demo_seen.waiting_room(facts, played.floor.most_waiting, sum(one.waiting for one in sites))
    offer = {one.lead: one.delivery for one in answers if one.lead is not None}
    people = {lead: (one.person, one.offer.study, one.offer.site) for lead, one in offer.items()}
    duplicates = demo_seen.duplicates_seen(facts, people)
    held = [
        *checks.door_checks(answers),
        *checks.desk_checks(sites, room),
        *checks.duplicate_checks(duplicates),
        *checks.alert_checks(alerts, played.readers.left_alone, played.readers.acknowledged),
        *checks.report_checks(summaries, len(offer)),
        *checks.law_checks(laws),
    ]
    return Figures(
        referrals=wish.referrals, seed=wish.seed, network=world.name, declared_recruiting=world.declared_recruiting,
        doors=_doors(answers), sites=sites, room=room, duplicates=duplicates,
        keeps={"phone": contact.KEEPS_PHONE, "mail": contact.KEEPS_MAIL}, alerts=alerts,
        latency=demo_seen.latency(facts), summaries={one.study: one.body for one in summaries},
        laws=laws, checks=held, seconds=told.parts,
    )  # fmt: skip


async def _alerts(place: Place) -> tuple[list[demo_seen.Seen], Alerts]:
    """All facts, and what became of alerts: a letter that has just arrived is a fact a moment later."""
    deadline = time.monotonic() + _MARKED_WITHIN
    while True:
        letters = await count_letters(place.mailbox)
        facts = await demo_seen.facts_seen(place.settings)
        alerts = demo_seen.alerts_seen(facts, letters)
        if alerts.delivered == letters or time.monotonic() > deadline:
            return facts, alerts
        await asyncio.sleep(0.2)


def _doors(answers: Sequence[Answered]) -> list[Door]:
    doors = []
    for partner in sorted({one.delivery.offer.partner for one in answers}):
        mine = [one for one in answers if one.delivery.offer.partner == partner]
        meanings = Counter(one.meaning for one in mine)
        accepted, malformed = meanings.pop(ACCEPTED, 0), meanings.pop(MALFORMED, 0)
        repeated = sum(one.same_again is not None for one in mine)
        doors.append(Door(partner, len(mine), accepted, malformed, repeated, dict(meanings)))
    return doors
