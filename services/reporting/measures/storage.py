"""The aggregate table: read, added to, recounted."""

from collections import Counter
from typing import Final

from contracts.streams import ALERTS, LEADS, PARTITIONS, REFERRALS
from services.chassis.service import Breach
from services.chassis.work import Work
from services.reporting.facts.storage import journalled
from services.reporting.measures.rules import COUNTED, Cell, fold

FOLDED: Final = (REFERRALS.name, LEADS.name, ALERTS.name)
"""The streams that count for something; the network stream is only looked up."""

_ADD: Final = """
insert into tally as t (study, measure, site, partner, week, word, n)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::bigint[])
  as a(study, measure, site, partner, week, word, n) order by study, measure, site, partner, week, word
on conflict (study, measure, site, partner, week, word) do update set n = t.n + excluded.n
"""


async def add(work: Work, added: Counter[Cell]) -> None:
    """Add these counts, cells in order: one statement."""
    cells = sorted(cell for cell, n in added.items() if n)
    if cells:
        await work.run(_ADD, *zip(*cells, strict=True), [added[cell] for cell in cells])


async def tallies(work: Work, study: str | None = None) -> Counter[Cell]:
    """What the caller may see of the aggregates, of one study or of all."""
    rows = await work.fetch(
        "select study, measure, site, partner, week, word, n from tally "
        "where ($1::text is null or study = $1) and n <> 0",
        study,
    )
    return Counter({Cell._make(row[:6]): row[6] for row in rows})


async def recount(work: Work) -> Counter[Cell]:
    """The aggregates folded again from the journal, in slices; at rest they equal `tallies` (P11)."""
    total: Counter[Cell] = Counter()
    for stream in FOLDED:
        for shard in range(PARTITIONS):
            async for facts in journalled(work, stream, shard, COUNTED):
                total.update(fold(facts))
    return Counter({cell: n for cell, n in total.items() if n})


async def breaches(work: Work) -> list[Breach]:
    """Aggregates that differ from a recount of the journal, each named."""
    kept, again = await tallies(work), await recount(work)
    return [
        Breach(
            "aggregates equal a recount of the journal (P11)",
            "/".join(map(str, _key(cell))),
            f"{kept[cell]} kept, {again[cell]} recounted",
        )
        for cell in sorted(kept.keys() | again.keys())
        if kept[cell] != again[cell]
    ]


def _key(cell: Cell) -> tuple[str, ...]:
    return (cell.study, cell.measure, cell.site, cell.partner, cell.week.isoformat(), cell.word)
