"""The table `refusal`: that something was refused, on which route, why, when. No person, no id of the partner's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.vocabulary import Refusal
from services.chassis.work import Work

_KEEP: Final = """
insert into refusal (id, partner, route, code, is_test, refused_at)
select id, $1, route, code, is_test, $2 from unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[])
  as t(id, route, code, is_test)
"""


@dataclass(frozen=True, slots=True)
class Refusing:
    """One refusal; `id` is that of its fact and never a lead's."""

    id: UUID
    route: str | None
    code: Refusal
    is_test: bool


async def keep_refusals(work: Work, partner: str, refusing: Sequence[Refusing]) -> None:
    """Write them down, of one partner; time is taken. No statement where there is none."""
    if refusing:
        rows = [(one.id, one.route, one.code, one.is_test) for one in refusing]
        await work.run(_KEEP, partner, work.at, *map(list, zip(*rows, strict=True)))
