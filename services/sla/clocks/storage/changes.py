"""Which set-up items changed lately, and whose clocks were judged on an older state of them.

A reader of leads that is at work while an item changes may arm a clock on the older state after the change was gone
through: so a change is remembered for a minute (no transaction lives longer than 30 s) and a sweep looks again.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from contracts.envelope import Fact
from services.chassis.work import Work

KINDS: Final = ("study", "site", "policy", "calendar")

_NOTE: Final = """
insert into changed_item as c (key, version, until)
select key, version, clock_timestamp() + interval '60 seconds'
from unnest($1::text[], $2::bigint[]) as said(key, version) order by key
on conflict (key) do update set version = greatest(c.version, excluded.version), until = excluded.until
"""

_EACH: Final = " union ".join(
    f"select c.lead from changed_item i join clock c on c.{kind} = substr(i.key, {len(kind) + 2}) "  # noqa: S608 - names of this file
    f"where starts_with(i.key, '{kind}/') and c.state <> 'ended' and c.{kind}_version < i.version"
    for kind in KINDS
)

_BEHIND: Final = f"select lead from ({_EACH}) as behind limit $1"  # noqa: S608


async def note_changes(work: Work, facts: Sequence[Fact[Any]]) -> bool:
    """Remember those of these items that clocks depend on; whether there is one."""
    newest = {fact.key: max(fact.version, 0) for fact in sorted(facts, key=lambda fact: fact.version)}
    keys = sorted(key for key in newest if key.partition("/")[0] in KINDS)
    if keys:
        await work.run(_NOTE, keys, [newest[key] for key in keys])
    return bool(keys)


async def leads_behind(work: Work, limit: int) -> list[UUID]:
    """Leads with a clock that was judged on an older state of a changed item."""
    return [row["lead"] for row in await work.fetch(_BEHIND, limit)]


async def forget_changes(work: Work) -> None:
    """Changes that every clock has followed for a minute."""
    await work.run("delete from changed_item where until < clock_timestamp()")
