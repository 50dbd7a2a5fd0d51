"""What the duplicates room hears: tokens, often before the lead itself. Pairs are judged here, once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts.envelope import Fact
from services.chassis.service import Handler
from services.chassis.work import Work
from services.routing.duplicates.rules.judging import Match, matched
from services.routing.duplicates.rules.signature import compare
from services.routing.duplicates.storage.pairs import keep_pairs
from services.routing.duplicates.storage.signatures import Signatures
from services.routing.duplicates.storage.tokens import Equal, equal_before, store_tokens


def hears_tokens(signatures: Signatures) -> Handler:
    """Keeps tokens and signatures, and who is like whom; the leads room acts on it as soon as it knows the lead."""

    async def on_tokens(work: Work, facts: Sequence[Fact[Any]]) -> None:
        newest = list({fact.key: fact for fact in sorted(facts, key=lambda fact: fact.version)}.values())
        await store_tokens(work, newest)
        await signatures.keep(work, newest)
        equal = await equal_before(work, [UUID(fact.key) for fact in newest])
        await keep_pairs(work, await _pairs(work, signatures, equal))

    return on_tokens


async def _pairs(work: Work, signatures: Signatures, equal: Sequence[Equal]) -> list[Match]:
    if not equal:
        return []
    known = await signatures.read(work, [lead for one in equal for lead in (one.lead, one.earlier)])
    found = []
    for one in equal:
        compared = compare(known.get(one.lead), known.get(one.earlier))
        found.append(matched(one.lead, one.earlier, one.seq, one.kinds, compared))
    return [match for match in found if match is not None]
