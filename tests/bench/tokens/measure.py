"""Through the real path: the door's contact, intake's tokens, routing's reader on PostgreSQL; beside exact keys.

Splink on plaintext would stand beside it in the same table; it is not among the locked packages yet.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from contracts.envelope import Fact, body_bytes
from contracts.tokens.facts import MatchTokens
from deploy.local.addresses import Say
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.service import Handler
from services.intake.contacts.storage.signature import signature_of
from services.intake.contacts.storage.tokens import match_tokens
from services.routing.duplicates.handlers import hears_tokens
from services.routing.duplicates.storage.signatures import Signatures
from tests.bench.place import Admin, a_place, admin_of
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.bench.tokens.samples import SETS, Sample, exact_pairs, febrl, seeded
from tests.facts import fact

BATCH: Final = 500
_SPACE: Final = UUID("3f0f6a52-6d1c-4b0e-9a55-2f6f4d7e5a10")
_STORED: Final = """
select sum(pg_total_relation_size('routing.' || name)) from unnest(array['match_token', 'first_holder',
  'match_signature', 'match_pair']) as name
"""

Pairs = set[frozenset[str]]


async def tokens(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """Recall and precision of pairs per set, what they cost, and the exact key's beside them."""
    ring = KeyRing.open(folder / "tokens-keys", create=True)
    for sample in (*map(febrl, ("1",) if plan.quick else SETS), *(() if plan.quick else (seeded(plan.seed),))):
        say(sample.name)
        async with a_place(servers) as place, admin_of(place) as admin:
            database = Database.open(place.url("routing"), service="routing")
            try:
                await _measured(database, admin, ring, sample, results)
            finally:
                await database.close()
    results.note("tokens", "Splink on plaintext is not measured: it is not among the locked packages")


async def _measured(database: Database, admin: Admin, ring: KeyRing, sample: Sample, results: Results) -> None:
    name = f"tokens.{sample.name}"
    began = time.thread_time()
    facts = _facts(ring, sample)
    results.add(f"{name}.made in", "us a person", (time.thread_time() - began) / len(facts) * 1e6)
    began = time.perf_counter()
    await _heard(database, hears_tokens(Signatures(ring)), list(facts.values()))
    results.add(f"{name}.heard", "people/s", len(facts) / (time.perf_counter() - began))
    asked, sure = await _found(admin, facts)
    for way, found in (("tokens", asked), ("confirmed", sure), ("exact key", exact_pairs(sample))):
        _told(results, f"{name}.{way}", found, sample.true_pairs)
    results.add(f"{name}.refused at the door", "records", len(sample.contacts) - len(facts))
    results.add(f"{name}.tokens", "a person", sum(len(one.body.tokens) for one in facts.values()) / len(facts))
    results.add(f"{name}.fact", "B a person", sum(len(body_bytes(one.body)) for one in facts.values()) / len(facts))
    results.add(f"{name}.stored", "B a person", float(await admin.fetchval(_STORED)) / len(facts))


def _facts(ring: KeyRing, sample: Sample) -> Mapping[str, Fact[MatchTokens]]:
    """As intake says them, in the order of the sample."""
    return {
        record: fact(
            MatchTokens(
                lead=str(uuid5(_SPACE, record)),
                study="alder",
                site="eastmere",
                partner="openhand",
                tokens=match_tokens(ring, contact),
                signature=signature_of(ring, contact),
            )
        )
        for record, contact in sample.contacts.items()
        if contact is not None
    }


async def _heard(database: Database, handler: Handler, facts: Sequence[Fact[MatchTokens]]) -> None:
    for first in range(0, len(facts), BATCH):
        async with database.work("system:routing") as work:
            await handler(work, facts[first : first + BATCH])


async def _found(admin: Admin, facts: Mapping[str, Fact[MatchTokens]]) -> tuple[Pairs, Pairs]:
    """All that are linked or asked about, and those that are linked without a question."""
    record = {UUID(one.key): name for name, one in facts.items()}
    rows = await admin.fetch("select lead, earlier, sure from routing.match_pair")
    pairs = [(frozenset((record[row["lead"]], record[row["earlier"]])), row["sure"]) for row in rows]
    return {pair for pair, _ in pairs}, {pair for pair, sure in pairs if sure}


def _told(results: Results, name: str, found: Pairs, true: Pairs) -> None:
    results.add(f"{name}.recall", "of 1", len(found & true) / len(true))
    results.add(f"{name}.precision", "of 1", len(found & true) / len(found) if found else 1.0)
