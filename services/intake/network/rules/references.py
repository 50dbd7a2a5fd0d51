"""What is wrong between items: who is named must exist, take effect in time, and belong together (R1, R13, R15)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from contracts.vocabulary import RouteState, StaffRole
from services.intake.network.rules.alone import faults_alone
from services.intake.network.rules.document import Placed, beside
from services.intake.network.rules.faults import Fault
from services.intake.network.rules.items import (
    Agreement,
    AnyItem,
    Calendar,
    Material,
    Partner,
    Policy,
    Pool,
    Route,
    Site,
    Sponsor,
    StaffMember,
    Study,
)
from services.intake.network.rules.parts import Item
from services.intake.network.rules.words import MaterialKind

I = TypeVar("I", bound=Item)  # noqa: E741

_OPEN: Final = frozenset({RouteState.TESTING, RouteState.LIVE})
_AT_SITES: Final = frozenset({StaffRole.COORDINATOR, StaffRole.SITE_LEAD, StaffRole.STUDY_TEAM})


@dataclass(frozen=True)
class Known:
    """All items, to be looked up while one is judged."""

    items: Mapping[str, AnyItem]
    kinds: Mapping[type[Item], Sequence[AnyItem]]
    since: Mapping[str, datetime]
    """from when each key is there: now, or when its first revision takes effect"""
    at: datetime
    unread: frozenset[str] = frozenset()
    """keys that are there but could not be read: nothing is concluded from their absence"""

    def complete(self, kind: type[Item]) -> bool:
        """Whether every item of a kind could be read."""
        return not any(key.startswith(f"{kind.kind}/") for key in self.unread)

    def of(self, kind: type[I], id: str) -> I | None:
        """The item of this kind and id."""
        found = self.items.get(f"{kind.kind}/{id}")
        return found if isinstance(found, kind) else None

    def all(self, kind: type[I]) -> list[I]:
        """Every item of a kind."""
        return [item for item in self.kinds.get(kind, ()) if isinstance(item, kind)]


def network_faults(
    document: Sequence[Placed],
    stored: Sequence[AnyItem],
    in_force: Collection[str],
    at: datetime,
    *,
    unread: frozenset[str] = frozenset(),
) -> list[Fault]:
    """Everything wrong at `at` with a document together with the items applied earlier that it does not name.

    `stored` is every item as last applied, `in_force` the keys some revision of which has taken effect.
    """
    placed = beside(document, stored)
    since = {one.item.key: at if one.item.key in in_force else max(one.item.effective_from, at) for one in placed}
    kinds: dict[type[Item], list[AnyItem]] = defaultdict(list)
    for one in placed:
        kinds[type(one.item)].append(one.item)
    known = Known({one.item.key: one.item for one in placed}, kinds, since, at, unread)
    faults = list(_twice(placed))
    for one in placed:
        faults.extend(_faults(one, known))
    return faults


def _twice(placed: Sequence[Placed]) -> Iterator[Fault]:
    seen: set[str] = set()
    for one in placed:
        if one.item.key in seen:
            yield one.fault("id", says="stands twice in this section")
        seen.add(one.item.key)


def _faults(at: Placed, known: Known) -> Iterator[Fault]:
    yield from faults_alone(at)
    match at.item:
        case Study() as study:
            yield from _study(at, study, known)
        case Site() as site:
            yield from _named(at, known, Calendar, site.calendar, "calendar")
        case StaffMember() as staff:
            yield from _staff(at, staff, known)
        case Pool() as pool:
            yield from _pool(at, pool, known)
        case Agreement() as agreement:
            yield from _named(at, known, Partner, agreement.partner, "partner")
            for number, one in enumerate(agreement.studies):
                yield from _named(at, known, Study, one.study, "studies", number, "study")
        case Material() as material:
            yield from _named(at, known, Study, material.study, "study")
        case Route() as route:
            yield from _route(at, route, known)


def _named(at: Placed, known: Known, kind: type[Item], id: str, *where: str | int) -> Iterator[Fault]:
    """The item called `id` exists, and is not later than the one that names it."""
    key = f"{kind.kind}/{id}"
    if key in known.unread:
        return
    if key not in known.items:
        yield at.fault(*where, says=f"there is no such {kind.kind}")
    elif known.since[key] > known.since[at.item.key]:
        yield at.fault(*where, says=f"that {kind.kind} takes effect later than this {at.item.kind}")


def _study(at: Placed, study: Study, known: Known) -> Iterator[Fault]:
    yield from _named(at, known, Sponsor, study.sponsor, "sponsor")
    yield from _named(at, known, Policy, study.policy, "policy")
    sites = [one.site for one in study.sites]
    for number, site in enumerate(sites):
        yield from _named(at, known, Site, site, "sites", number, "site")
        if site in sites[:number]:
            yield at.fault("sites", number, "site", says="stands twice")


def _staff(at: Placed, staff: StaffMember, known: Known) -> Iterator[Fault]:
    if not staff.sites and _AT_SITES & set(staff.roles):
        yield at.fault("sites", says="are required for this role")
    for number, site in enumerate(staff.sites):
        yield from _named(at, known, Site, site, "sites", number)


def _pool(at: Placed, pool: Pool, known: Known) -> Iterator[Fault]:
    yield from _named(at, known, Site, pool.site, "site")
    for number, member in enumerate(pool.members):
        yield from _named(at, known, StaffMember, member, "members", number)
        staff = known.of(StaffMember, member)
        if staff is not None and pool.site not in staff.sites:
            yield at.fault("members", number, says="does not work at the pool's site")
        if member in pool.members[:number]:
            yield at.fault("members", number, says="stands twice")


def _route(at: Placed, route: Route, known: Known) -> Iterator[Fault]:
    yield from _named(at, known, Partner, route.partner, "partner")
    yield from _named(at, known, Study, route.study, "study")
    yield from _named(at, known, Site, route.site, "site")
    yield from _named(at, known, Pool, route.pool, "pool")
    yield from _named(at, known, StaffMember, route.owner, "owner")
    yield from _named(at, known, StaffMember, route.backup, "backup")
    yield from _belongs(at, route, known)
    if route.state in _OPEN:
        for check, kind in ((_agreed, Agreement), (_worded, Material), (_accountable, StaffMember)):
            if known.complete(kind):
                yield from check(at, route, known)


def _belongs(at: Placed, route: Route, known: Known) -> Iterator[Fault]:
    """Site of the study, pool of the site, owner and a different backup of the pool, one route for one source."""
    study, pool = known.of(Study, route.study), known.of(Pool, route.pool)
    if study is not None and known.of(Site, route.site) and route.site not in {one.site for one in study.sites}:
        yield at.fault("site", says="is not a site of the study")
    if pool is not None and pool.site != route.site:
        yield at.fault("pool", says="belongs to another site")
    for field, member in (("owner", route.owner), ("backup", route.backup)):
        if pool is not None and known.of(StaffMember, member) and member not in pool.members:
            yield at.fault(field, says="is not in the pool")
    if route.owner == route.backup:
        yield at.fault("backup", says="must be somebody else than the owner")
    if not any(one.id == route.material for one in known.all(Material)) and known.complete(Material):
        yield at.fault("material", says="there is no such material")


def _agreed(at: Placed, route: Route, known: Known) -> Iterator[Fault]:
    """An agreement in force covers the partner, the study and the channel, and more than the route's own fields."""
    day = max(route.effective_from, known.at).date()
    mine = [one for one in known.all(Agreement) if one.partner == route.partner and one.allowed(route.study)]
    if not mine:
        yield at.fault("study", says="no agreement of the partner covers it")
        return
    running = [one for one in mine if one.runs(day)]
    if not running:
        yield at.fault("partner", says="has no agreement in force for this study; a route without one cannot be open")
        return
    heard = [one for one in running if route.channel in one.channels]
    if not heard:
        yield at.fault("channel", says="is not in the partner's agreement")
        return
    allowed = frozenset().union(*(one.allowed(route.study) for one in heard))
    for number, field in enumerate(route.allowed_fields or ()):
        if field not in allowed:
            yield at.fault("allowed_fields", number, says="is not allowed by the partner's agreement")


def _worded(at: Placed, route: Route, known: Known) -> Iterator[Fault]:
    """Partner language of this study is in force (R1)."""
    moment = max(route.effective_from, known.at)
    mine = [one for one in known.all(Material) if one.id == route.material]
    if not mine:
        return
    if any(one.study != route.study for one in mine):
        yield at.fault("material", says="is about another study")
    elif not any(one.material_kind is MaterialKind.PARTNER_LANGUAGE for one in mine):
        yield at.fault("material", says="is not partner language")
    elif not any(one.in_force(moment) for one in mine):
        yield at.fault("material", says="has no version in force; a route without one cannot be open")


def _accountable(at: Placed, route: Route, known: Known) -> Iterator[Fault]:
    """Somebody leads the site: alerts of leads without an owner go there (R44)."""
    if not any(route.site in one.sites and StaffRole.SITE_LEAD in one.roles for one in known.all(StaffMember)):
        yield at.fault("site", says="has no site lead; a route without one cannot be open")
