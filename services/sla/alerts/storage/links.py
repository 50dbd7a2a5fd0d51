"""Acknowledge links: an opaque token per alert and recipient, made again for every try, stored only as an HMAC.

A copy of the database without the outside keys makes no link, and recognises none (S7).
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import keyed
from services.chassis.work import Work
from services.sla.alerts.rules import Alert
from services.sla.alerts.storage.alerts import COLUMNS, as_alert

PEPPER: Final = "alert_link"
_BYTES: Final = 24
_TOKEN: Final = re.compile(r"([1-9][0-9]{0,5})-[A-Za-z0-9_-]{32}")

_STORE: Final = """
with given as (
  select a.id, a.staff, coalesce(a.link_version, $3) as version
  from alert a join unnest($1::uuid[], $2::text[]) as k(id, staff) using (id, staff)
  where a.id = any($1::uuid[])
)
update alert a set link_version = g.version from given g
where a.id = any($1::uuid[]) and a.id = g.id and a.staff = g.staff
returning a.id, a.staff, a.link_version
"""

_SET: Final = """
update alert a set link = k.link from unnest($1::uuid[], $2::text[], $3::bytea[]) as k(id, staff, link)
where a.id = any($1::uuid[]) and a.id = k.id and a.staff = k.staff and a.link is null
"""

Key = tuple[UUID, str]


async def tokens_for(work: Work, keys: KeyRing, wanted: Sequence[Key]) -> dict[Key, str]:
    """A token for each of these alerts and recipients, the same at every try, known to the page from this work on."""
    columns = [alert for alert, _ in wanted], [staff for _, staff in wanted]
    rows = await work.fetch(_STORE, *columns, keys.pepper(PEPPER).version)
    tokens = {(row["id"], row["staff"]): _token(keys, row["id"], row["staff"], row["link_version"]) for row in rows}
    digests = [_digest(keys, token) for token in tokens.values()]
    await work.run(_SET, [alert for alert, _ in tokens], [staff for _, staff in tokens], digests)
    return tokens


async def alert_behind(work: Work, keys: KeyRing, token: str) -> Alert | None:
    """The alert a link leads to, open or over; None for a link nobody was sent."""
    digest = _digest(keys, token)
    row = await work.one(f"select {COLUMNS} from alert where link = $1", digest) if digest else None  # noqa: S608
    return as_alert(row) if row else None


def _token(keys: KeyRing, alert: UUID, staff: str, version: int) -> str:
    secret = keyed(keys, PEPPER, f"to:{alert}:{staff}", version=version).digest[:_BYTES]
    return f"{version}-{urlsafe_b64encode(secret).decode()}"


def _digest(keys: KeyRing, token: str) -> bytes | None:
    """What the database knows of a token; None where its form or its key's version is not ours."""
    form = _TOKEN.fullmatch(token)
    if form is None or int(form[1]) not in keys.versions(PEPPER):
        return None
    return keyed(keys, PEPPER, f"seen:{token}", version=int(form[1])).digest
