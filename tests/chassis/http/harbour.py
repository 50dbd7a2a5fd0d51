"""A service that exists for these tests only: partners announce boats, staff on duty for a partner look after them."""

import asyncio
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.chassis.audit import audit
from services.chassis.auth.identity import Identity
from services.chassis.crypto.keystore import NoFreshKey
from services.chassis.http.problems import Conflict, NotFound, problem_body
from services.chassis.http.routes import Answer, Call, Route, etag
from services.chassis.http.validation import field_error
from services.chassis.service import Breach, Census, Service
from services.chassis.work import Work

TABLES: Final = """
create table boat (
  id uuid primary key default uuidv7(), partner text not null, name text not null, version int not null default 1
);
alter table boat enable row level security;
alter table boat force row level security;
create policy mine on boat using (baton_sees('partner/' || partner)) with check (baton_sees('partner/' || partner));
create table duty (staff text primary key, partner text not null);
create table turned_away (id uuid primary key default uuidv7(), partner text not null, reason text not null);
create table api_key (digest bytea primary key, kind text not null, id text not null, revoked boolean not null);
"""


class Skipper(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    given_name: Annotated[str, Field(min_length=1, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^\+[0-9 ]{6,20}$")] | None = None


class Boat(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(min_length=1, max_length=40)]
    length_m: Annotated[int, Field(ge=1, le=400)]
    arrives: date
    skipper: Skipper

    @field_validator("length_m")
    @classmethod
    def fits(cls, length: int) -> int:
        if length == 13:
            raise field_error("unlucky", "must not be thirteen")
        if length == 14:
            raise ValueError(f"the text of a validator's error is not shown, it might say {length}")
        return length


class Announced(BaseModel):
    boat: str


class Seen(BaseModel):
    boat: str
    name: str


class Renaming(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(min_length=1, max_length=40)]


class Visit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    crew: Annotated[int, Field(ge=1)]
    note: Annotated[str, Field(max_length=20)] | None = None


async def announce(call: Call[Boat]) -> Answer:
    """One boat; `leaky` is refused for good, the other odd names fail after their effect."""
    partner, name = call.caller.id, call.body.name
    if name == "leaky":
        if call.refused_before != "leaky":
            await call.work.run("insert into turned_away (partner, reason) values ($1, 'leaky')", partner)
        return Answer(422, problem_body(422, "leaky", "This boat leaks"), refused="leaky")
    boat = await call.work.value("insert into boat (partner, name) values ($1, $2) returning id", partner, name)
    await audit(call.work, "boat_announced", f"boat:{boat}")
    if name == "boom":
        raise RuntimeError(f"never shown: {call.body!r}")
    if name == "keyless":
        raise NoFreshKey("never shown")
    if name == "slow":
        await asyncio.sleep(4.6)
    return Answer(202, Announced(boat=str(boat)), headers={"location": f"/harbour/v1/boats/{boat}"})


async def see(call: Call[None]) -> Answer:
    row = await call.work.one("select name, version from boat where id = $1", call.uuid("boat"))
    if row is None:
        raise NotFound
    return Answer(body=Seen(boat=call.path["boat"], name=row["name"]), headers={"etag": etag(row["version"])})


async def rename(call: Call[Renaming]) -> Answer:
    boat = call.uuid("boat")
    version = await call.work.value("select version from boat where id = $1 for update", boat)
    if version is None:
        raise NotFound
    if version != call.if_match:
        raise Conflict
    await call.work.run("update boat set name = $2, version = version + 1 where id = $1", boat, call.body.name)
    return Answer(204, headers={"etag": etag(version + 1)})


async def visit(call: Call[Visit]) -> Answer:
    return Answer(303, headers={"location": f"/harbour/visit?crew={call.body.crew}"})


async def front(call: Call[None]) -> Answer:
    return Answer(page=f"<!doctype html><title>Harbour</title><p>{len(call.query)} asked</p>")


async def inspect(call: Call[None]) -> Answer:
    return Answer(body={"caller": str(call.caller), "scope": call.work.scope, "actor": call.work.actor})


PARTNER: Final[frozenset[Any]] = frozenset({"partner"})
STAFF: Final[frozenset[Any]] = frozenset({"staff"})
NOBODY: Final[frozenset[Any]] = frozenset()

ROUTES: Final = (
    Route("POST", "/harbour/v1/boats", announce, PARTNER, "the partner's own boats", "Announce a boat",
          takes=Boat, answers=Announced, idempotent=True, door=True, examples={"small": {"name": "Pilot"}}),
    Route("GET", "/harbour/v1/boats/{boat}", see, PARTNER | STAFF, "the partner's boats", "See a boat", answers=Seen),
    Route("PUT", "/harbour/v1/boats/{boat}", rename, STAFF, "boats of partners on duty for", "Rename a boat",
          takes=Renaming, if_match=True),
    Route("GET", "/harbour/v1/whoami", inspect, frozenset({"operator", "sponsor"}), "nobody's", "Who is asking"),
    Route("POST", "/harbour/visit", visit, NOBODY, "nobody's", "Come aboard", takes=Visit, form=Visit, public=True),
    Route("GET", "/harbour/visit", front, NOBODY, "nobody's", "The front page", public=True),
)  # fmt: skip


async def scope_of(work: Work, identity: Identity) -> str:
    if identity.kind == "partner":
        return f"partner/{identity.id}"
    partner = await work.value("select partner from duty where staff = $1", identity.id)
    return f"partner/{partner}" if partner else ""


async def no_breach(_work: Work) -> list[Breach]:
    return []


def a_service(**changes: Any) -> Service:
    declared: dict[str, Any] = {
        "name": "harbour",
        "prefixes": ("/harbour",),
        "routes": ROUTES,
        "scope_of": scope_of,
        "census": Census(breaches=no_breach),
    }
    return Service(**declared | changes)


def a_boat(**changes: Any) -> dict[str, Any]:
    boat = {"name": "Pilot", "length_m": 9, "arrives": "2026-05-04", "skipper": {"given_name": "Ada"}}
    return boat | changes
