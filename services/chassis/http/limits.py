"""How often somebody may ask in an hour, counted in PostgreSQL across every process, in a statement a round or fewer.

A process takes its share ahead: of a limit over 1,000 a thousandth at a time, so that most rounds cost no statement; of
a smaller one just what it needs, so that it is exact. Never more than the limit is let in; what a process has taken and
not used when the hour ends, or when it dies, is lost to that hour. Requests that could not be read are not counted.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10; 429 is RFC 6585, 4.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.chassis.auth.identity import Identity
from services.chassis.http.problems import Problem
from services.chassis.work import Work

WINDOW: Final = 3600
"""Seconds; a window begins with the first request after the last one's end."""

KNOWN_FOR: Final = 60.0
"""Seconds for which a limit that was looked up holds: a changed agreement takes effect within them."""

_SHARES: Final = 1_000
_REMEMBERED: Final = 10_000

Allowance = Callable[[Work, Identity, str], Awaitable[int | None]]
"""How many of a kind an identity may ask in an hour; None is any number."""

_TAKE: Final = f"""
insert into asked as a (client, what, since, used) values ($1, $2, clock_timestamp(), least($3::int, $4::int))
on conflict (client, what) do update set
  since = case when a.since <= clock_timestamp() - interval '{WINDOW} s' then clock_timestamp() else a.since end,
  used = case when a.since <= clock_timestamp() - interval '{WINDOW} s' then excluded.used
              else greatest(a.used, least(a.used + $3::int, $4::int)) end
returning new.used as used, new.used - case when old.since = new.since then old.used else 0 end as granted,
  {WINDOW} - extract(epoch from clock_timestamp() - new.since)::float as left
"""  # noqa: S608 - a constant


@dataclass(slots=True)
class _Share:
    """What one process knows of one identity's hour, by its own monotonic clock."""

    limit: int | None
    known_until: float
    spare: int = 0
    left: int = 0
    ends: float = 0.0


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of an hour: `granted` of those asked for now, then `left` more until `resets` seconds are over."""

    kind: str
    limit: int
    granted: int
    left: int
    resets: int

    @property
    def headers(self) -> Mapping[str, str]:
        """On every counted answer."""
        return {
            "ratelimit-policy": f'"{self.kind}";q={self.limit};w={WINDOW}',
            "ratelimit": f'"{self.kind}";r={self.left};t={self.resets}',
        }

    def problem(self) -> Problem:
        """429 for one that was not granted; the same request may come again after `Retry-After`."""
        headers = {**self.headers, "retry-after": str(max(1, self.resets))}
        return Problem(429, "rate_limited", headers=headers)


class Limits:
    """What one route's callers have asked. `kind`: routes that say the same are counted together."""

    def __init__(self, kind: str, allowance: Allowance, *, now: Callable[[], float] = time.monotonic) -> None:
        self._kind = kind
        self._allowance = allowance
        self._now = now
        self._shares: dict[Identity, _Share] = {}

    async def take(self, work: Work, identity: Identity, n: int) -> Quota | None:
        """Count `n` requests of somebody who is proven; None where there is no limit. Before any other lock is taken.

        They count when the work commits: what is undone may come again.
        """
        share = await self._share(work, identity)
        if share.limit is None:
            return None
        if self._now() >= share.ends:
            share.spare = 0
        granted = n
        if share.spare >= n:
            share.spare -= n
        else:
            granted = await self._more(work, identity, share, share.limit, n)
        resets = max(0, round(share.ends - self._now()))
        return Quota(self._kind, share.limit, granted, max(0, share.left + share.spare), resets)

    async def _more(self, work: Work, identity: Identity, share: _Share, limit: int, n: int) -> int:
        row = await work.one(_TAKE, str(identity), self._kind, max(n, limit // _SHARES), limit)
        assert row is not None
        used: int = min(n, row["granted"])
        rest = min(n - used, share.spare)
        share.spare -= rest
        share.left = limit - row["used"]
        share.ends = self._now() + row["left"]
        ends = share.ends
        work.after_commit(lambda: self._keep(share, ends, row["granted"] - used))
        return used + rest

    async def _share(self, work: Work, identity: Identity) -> _Share:
        share = self._shares.get(identity)
        if share is None or self._now() >= share.known_until:
            limit = await self._allowance(work, identity, self._kind)
            if share is None:
                if len(self._shares) >= _REMEMBERED:
                    self._shares.clear()
                share = self._shares.setdefault(identity, _Share(limit, 0.0))
            share.limit, share.known_until = limit, self._now() + KNOWN_FOR
        return share

    def _keep(self, share: _Share, ends: float, more: int) -> None:
        if abs(share.ends - ends) < WINDOW / 2:  # else the next hour has begun meanwhile, and this is not of it
            share.spare += more
