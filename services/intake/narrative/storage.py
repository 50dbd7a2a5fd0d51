"""The table `over_sharing`: how often a partner sent what nobody asked for, by route, field and day. No text of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.chassis.telemetry import metrics
from services.chassis.work import Work

_COUNT: Final = """
insert into over_sharing as o (partner, study, site, route, field, day, times)
select partner, study, site, route, field, ($1 at time zone 'UTC')::date, count(*)
from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as t(partner, study, site, route, field)
group by partner, study, site, route, field order by partner, route, field
on conflict (partner, route, field, day) do update set times = o.times + excluded.times
"""


@dataclass(frozen=True, slots=True)
class OverShared:
    """One field of one referral that something was cut out of."""

    partner: str
    study: str
    site: str
    route: str
    field: str


async def count_over_sharing(work: Work, cuts: Sequence[OverShared]) -> None:
    """Count these, in one statement and only when there are any. Time is taken."""
    if cuts:
        columns = zip(*((one.partner, one.study, one.site, one.route, one.field) for one in cuts), strict=True)
        await work.run(_COUNT, work.at, *map(list, columns))


def tell_over_sharing(fields: Sequence[str]) -> None:
    """The metric: cuts by field, whatever became of the referral."""
    for field in fields:
        metrics.OVER_SHARED.add(1, field=field)
