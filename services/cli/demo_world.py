"""What a demo plays: the network files, who sends what when, the keys everybody needs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.demo import around_records, people
from deploy.demo.deliveries import ACCEPTED, Delivery, deliveries
from deploy.demo.offers import Document, offers
from deploy.demo.rehearsal import rehearsal
from services.chassis.settings import Settings
from services.cli.errors import Fault
from services.cli.network import read_files

SAMPLE: Final = Path(people.__file__).with_name("network.yaml")

A_SECOND: Final = 75
"""Referrals a second at most; fewer than 500 are still spread over `SHORTEST` seconds."""
SHORTEST: Final = 6.5

_KEYS_LAST: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Wish:
    """What the user asked for."""

    referrals: int
    seed: int
    studies: Sequence[Path] = ()
    as_recruiting: bool = False


@dataclass(frozen=True)
class World:
    """A demo before it begins. `files` are laid over each other; `document` is what they say together."""

    name: str
    files: Sequence[Path]
    document: Document
    deliveries: Sequence[Delivery]
    seconds: float
    declared_recruiting: bool
    site_leads: Mapping[str, str]
    """site that may be sent somebody -> its site lead"""
    rooms: Mapping[str, int]
    """staff -> how many open leads they may have"""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """`partner:openhand`, `sponsor:northfield`, `staff:ines` -> key or sign-in secret"""

    def of(self, kind: str) -> dict[str, str]:
        """Keys of one kind by id."""
        return {who.partition(":")[2]: key for who, key in self.secrets.items() if who.startswith(f"{kind}:")}


def make_world(wish: Wish, folder: Path) -> World:
    """Write the network files of this demo and decide what will be sent. Raises Fault."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    base = _of_records(wish, folder) if wish.studies else SAMPLE
    document = _read([base])
    found = offers(document)
    if not any(one.closed is None for one in found):
        raise Fault("no site of these records recruits: add --as-recruiting to run them as if they did")
    seconds = max(SHORTEST, wish.referrals / A_SECOND)
    try:
        crowd = people.read_people(people.people_folder())
    except people.NoPeople as error:
        raise Fault(str(error)) from None
    sent = deliveries(crowd, found, wish.referrals, seconds, wish.seed, now)
    overlay = folder / "rehearsal.yaml"
    _write(overlay, rehearsal(document, [one.offer.site for one in sent if one.expects == ACCEPTED], now.date()))
    document = _read([base, overlay])
    sites = {one.offer.site for one in sent if one.offer.closed is None}
    return World(
        name=", ".join(one["code"] for one in document["studies"]) if wish.studies else "the sample network",
        files=[base, overlay],
        document=document,
        deliveries=sent,
        seconds=seconds,
        declared_recruiting=any(one.get("declared_recruiting", False) for one in document["studies"]),
        site_leads={site: lead for lead, at in _leads(document) for site in at if site in sites},
        rooms={one["id"]: one.get("capacity", 40) for one in document["staff"]},
    )


def whom_to_sign_in(world: World) -> list[str]:
    """Partners that send, sponsors, and the staff of the sites that are sent somebody."""
    partners = sorted({f"partner:{one.offer.partner}" for one in world.deliveries})
    sponsors = [f"sponsor:{one['id']}" for one in world.document["sponsors"]]
    members = {name for pool in world.document["pools"] if pool["site"] in world.site_leads for name in pool["members"]}
    return [*partners, *sponsors, *(f"staff:{name}" for name in sorted(members | set(world.site_leads.values())))]


async def issue_keys(settings: Settings, who: Iterable[str]) -> dict[str, str]:
    """A key for each, as `baton key issue` and `baton sign-in` make them."""
    from services.chassis.auth.identity import Identity
    from services.chassis.crypto.secrets import KeyRing
    from services.cli.places import database_of
    from services.intake.access.storage.keys import issue_key

    ring = KeyRing.open(settings.keys_dir, create=True)
    async with database_of("intake", settings) as database, database.work("system:operator") as work:
        identities = {name: Identity.parse(name) for name in who}
        return {name: await issue_key(work, ring, one, _KEYS_LAST) for name, one in identities.items() if one}


def _of_records(wish: Wish, folder: Path) -> Path:
    """One network file made of the records and of what a network needs around them."""
    today = datetime.now(UTC).date()
    records = {str(path.absolute()): wish.as_recruiting for path in wish.studies}
    brought, whole = folder / "records.yaml", folder / "network.yaml"
    _write(brought, around_records.header(records, today))
    document = _read([brought])
    _write(whole, {**document, **around_records.around(document, today)})
    return whole


def _leads(document: Document) -> list[tuple[str, Sequence[str]]]:
    return [(one["id"], one["sites"]) for one in document["staff"] if "site_lead" in one["roles"]]


def _read(files: Sequence[Path]) -> Document:
    read = read_files(files)
    if read.faults:
        raise Fault("\n".join(map(str, read.faults)))
    return read.document


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """As JSON inside: every alias and type of YAML's own would be one more thing to read back."""
    plain = json.loads(json.dumps(document))
    file.write_text(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
