"""The steps behind each route. Another partner's endpoint does not exist (S2)."""

from uuid import UUID

from services.chassis.audit import audit
from services.chassis.crypto.secrets import KeyRing
from services.chassis.http.problems import NotFound, Problem
from services.chassis.http.routes import Answer, Call
from services.intake.webhooks.api.bodies import EndpointShown, NewEndpoint, Replayed, ReplayFrom, Secret, TestSent
from services.intake.webhooks.rules.event import Kind
from services.intake.webhooks.storage import endpoints, events
from services.intake.webhooks.storage.deliveries import replay
from services.intake.webhooks.storage.endpoints import MOST, Endpoint
from services.intake.webhooks.storage.secrets import Sealed, new_secret, sealed

TOO_MANY = "too_many_endpoints"


async def list_endpoints(call: Call[None]) -> Answer:
    """All of the caller's."""
    found = await endpoints.endpoints_of(call.work, call.caller.id)
    return Answer(body={"endpoints": [_shown(one).model_dump(mode="json", exclude_none=True) for one in found]})


async def create(call: Call[NewEndpoint]) -> Answer:
    """A new endpoint; its secret is in this answer and in no other."""
    work, partner = call.work, call.caller.id
    if await endpoints.lock_endpoints(work, partner) >= MOST:
        raise Problem(409, TOO_MANY, f"There are {MOST} endpoints already; remove one first")
    [id] = await work.new_ids(1)
    secret, kept = _new_secret(call.parts.keys, id)
    await endpoints.add_endpoint(work, partner, id, call.body.url, [Kind(kind) for kind in call.body.events], kept)
    await audit(work, "webhook_created", f"webhook:{id}")
    return Answer(201, _plain(Secret(id=str(id), secret=secret)))


async def rotate(call: Call[None]) -> Answer:
    """Another secret; the one before signs as well for a day."""
    id = call.uuid("endpoint")
    secret, kept = _new_secret(call.parts.keys, id)
    until = await endpoints.rotate_secret(call.work, call.caller.id, id, kept)
    if until is None:
        raise NotFound
    await audit(call.work, "webhook_rotated", f"webhook:{id}")
    return Answer(body=_plain(Secret(id=str(id), secret=secret, old_until=until)))


async def remove(call: Call[None]) -> Answer:
    """Away, at once."""
    id = call.uuid("endpoint")
    if not await endpoints.remove_endpoint(call.work, call.caller.id, id):
        raise NotFound
    await audit(call.work, "webhook_removed", f"webhook:{id}")
    return Answer(204)


async def enable(call: Call[None]) -> Answer:
    """A disabled endpoint is told again."""
    id = call.uuid("endpoint")
    if not await endpoints.enable_endpoint(call.work, call.caller.id, id):
        raise NotFound
    await audit(call.work, "webhook_enabled", f"webhook:{id}")
    return Answer(204)


async def send_test(call: Call[None]) -> Answer:
    """A test event to this endpoint, through the same queue as any other."""
    at = await call.work.take_time()
    event = await events.make_test(call.work, call.caller.id, call.uuid("endpoint"), at)
    if event is None:
        raise NotFound
    return Answer(202, TestSent(event=f"evt_{event}"))


async def replay_since(call: Call[ReplayFrom]) -> Answer:
    """Everything since then again, under the same ids."""
    id = call.uuid("endpoint")
    if not any(one.id == id for one in await endpoints.endpoints_of(call.work, call.caller.id)):
        raise NotFound
    count = await replay(call.work, call.caller.id, id, call.body.since)
    await audit(call.work, "webhook_replayed", f"webhook:{id}", {"events": count})
    return Answer(202, Replayed(replayed=count))


def _new_secret(ring: KeyRing, endpoint: UUID) -> tuple[str, Sealed]:
    secret = new_secret()
    return secret, sealed(ring, endpoint, secret)


def _plain(secret: Secret) -> dict[str, object]:
    return secret.model_dump(mode="json", exclude_none=True)


def _shown(one: Endpoint) -> EndpointShown:
    return EndpointShown(
        id=str(one.id),
        url=one.url,
        events=tuple(Kind(kind) for kind in one.kinds),
        state="active" if one.state == "active" else "disabled",
        why=None if one.why is None else "gone" if one.why == "gone" else "failing",
        created=one.created,
        pending=one.pending,
        failing_since=one.failing_since,
        last_code=one.last_code,
        last_tried_at=one.last_tried_at,
        old_secret_until=one.old_until,
    )
