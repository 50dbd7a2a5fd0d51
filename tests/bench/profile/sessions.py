"""Processor time of the database server's processes, by who opened the session or what the process is for."""

from collections import defaultdict
from typing import Final

from tests.bench.machine import seconds_of
from tests.bench.place import Admin

_WHO: Final = """
select pid, case when datname = current_database() and application_name <> '' then 'postgres: ' || application_name
  when datname is null then 'postgres: ' || backend_type else 'postgres: others' end as who
from pg_stat_activity where pid <> pg_backend_pid()
"""


async def sessions(admin: Admin) -> dict[int, tuple[str, float]]:
    """Seconds so far, by process."""
    found = {}
    for row in await admin.fetch(_WHO):
        try:
            found[row["pid"]] = (row["who"], seconds_of(row["pid"]))
        except OSError:
            continue
    return found


def between(before: dict[int, tuple[str, float]], after: dict[int, tuple[str, float]]) -> dict[str, float]:
    """Seconds by who, of those that live at the end: pools keep theirs."""
    spent: defaultdict[str, float] = defaultdict(float)
    for pid, (who, seconds) in after.items():
        spent[who] += max(0.0, seconds - before.get(pid, ("", 0.0))[1])
    return spent
