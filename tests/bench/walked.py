"""A referral walked by hand through all four services, for tests: their real code, without their loops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from contracts.streams import ALERTS, LEADS, NETWORK, REFERRALS, TOKENS
from tests.baseline.line import Line, a_line
from tests.bench.network import PARTNER, network, routes
from tests.bench.people import referral
from tests.bench.place import Admin, admin_of
from tests.bench.sample import Sample, take_sample
from tests.place import Place


@asynccontextmanager
async def a_walked_place(place: Place, folder: Path) -> AsyncIterator[tuple[Admin, Sample]]:
    """The place with one lead at rest, an administrator's connection, and the lead as a sample."""
    async with a_line(place, folder) as line, admin_of(place) as admin:
        operator = await line.ask("operator:local")
        answer = await operator.put("/intake/v1/network", json=network())
        assert answer.status_code == 200, answer.text
        await _relayed(line, "intake")
        for service in NETWORK.read_by:
            await line.hear(service, NETWORK)
        await _refer(line)
        for service, stream in (("routing", TOKENS), ("routing", REFERRALS), ("reporting", REFERRALS)):
            await line.hear(service, stream)
        await _relayed(line, "routing")
        for service in LEADS.read_by:
            await line.hear(service, LEADS)
        await _relayed(line, "sla")
        for service in ALERTS.read_by:
            if service != "intake":
                await line.hear(service, ALERTS)
        yield admin, await take_sample(place, admin)


async def _refer(line: Line) -> None:
    client = await line.ask(f"partner:{PARTNER}")
    head = {"idempotency-key": "walked"}
    answer = await client.post("/intake/v1/referrals", json=referral(1, routes(), 1), headers=head)
    assert answer.status_code == 202, answer.text
    await _relayed(line, "intake")


async def _relayed(line: Line, service: str) -> None:
    for _ in range(2):
        await line.relay(service)
