"""Requests of one identity that come at once, in one `Work`: a commit costs them all what it costs one.

Each has its own idempotency key and its own answer, stored with its effect (P2). What one of them cannot do beside the
others undoes them all, and each goes its way alone: so no request is worse off for its company.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from services.chassis.auth.gate import Claim
from services.chassis.auth.identity import Identity
from services.chassis.crypto.keystore import NoFreshKey
from services.chassis.faults import is_transient, sqlstate_of
from services.chassis.gathering import Gathering
from services.chassis.http.asked import Asked, Behind, Content
from services.chassis.http.idempotency import LOCK_TIMEOUT, Fresh, Known, Once, Stored, keep_all, look
from services.chassis.http.problems import Apart, Problem
from services.chassis.http.responses import rendered
from services.chassis.http.routes import Answer, Together
from services.chassis.work import NOBODY, Work

MOST: Final = 64
AT_ONCE: Final = 2
"""Works of one identity beside each other: while one waits for the database the next is made."""

_PATIENCE: Final = 10.0

Outcome = Stored | Problem | None
"""None: to be done alone."""


class Company:
    """One route's requests, gathered by who asks."""

    def __init__(self, behind: Behind, run: Together) -> None:
        self._behind = behind
        self._run = run
        self._gathering = Gathering(self._done, most=MOST, at_once=AT_ONCE, patience=_PATIENCE)

    async def answer(self, claim: Claim, asked: Asked) -> Stored | None:
        """The answer, or None when this request has to be done alone.

        Raises:
            Problem: what the answer is instead.
        """
        outcome = await self._gathering.ask(claim, asked)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    async def _done(self, claim: Claim, asked: Sequence[Asked]) -> Sequence[Outcome]:
        async def do(work: Work) -> Sequence[Outcome]:
            return await self._within(work, claim, asked)

        try:
            return await self._behind.parts.database.run(do, actor=str(claim.identity), scope=NOBODY, late=True)
        except Exception as error:
            if _splits(error, len(asked)):
                return [None] * len(asked)
            raise

    async def _within(self, work: Work, claim: Claim, asked: Sequence[Asked]) -> Sequence[Outcome]:
        """Everything up to the commit."""
        identity = await self._behind.prove(work, claim)
        await self._behind.narrow(work, identity)
        faults = await self._behind.unsigned(work, identity, [one.signed for one in asked])
        if any(faults):
            sound = iter(await self._counted(work, identity, [a for a, f in zip(asked, faults, strict=True) if not f]))
            return [fault or next(sound) for fault in faults]
        return await self._counted(work, identity, asked)

    async def _counted(self, work: Work, identity: Identity, asked: Sequence[Asked]) -> Sequence[Outcome]:
        """Those within the caller's limit are done."""
        if not asked:
            return []
        quota = await self._behind.count(work, identity, len(asked))
        if quota is None:
            return await self._known(work, identity, asked)
        outcomes = await self._known(work, identity, asked[: quota.granted])
        answers = [one.beside(quota.headers) if isinstance(one, Stored) else one for one in outcomes]
        return [*answers, *[quota.problem() for _ in asked[quota.granted :]]]

    async def _known(self, work: Work, identity: Identity, asked: Sequence[Asked]) -> Sequence[Outcome]:
        """Those that are let in."""
        if not asked:
            return []
        ring = self._behind.parts.keys
        contents = [_content(one) for one in asked]
        onces = [Once.of(ring, str(identity), one.key or "", one.request) for one in contents]

        async def run(fresh: Mapping[int, str | None]) -> Sequence[Answer | Problem]:
            return await self._run(
                [
                    self._behind.call(work, contents[n], identity, refused_before, asked[n].traceparent)
                    for n, refused_before in fresh.items()
                ]
            )

        return await each_once(work, onces, run)


async def each_once(
    work: Work,
    onces: Sequence[Once],
    run: Callable[[Mapping[int, str | None]], Awaitable[Sequence[Answer | Problem]]],
) -> list[Outcome]:
    """The outcome of each key of one client, in their order: the stored answer, or what `run` answers now, stored.

    `run` gets the places of those that are new, with the code each was refused with before, and answers in that order.
    """
    first = {once.key: n for n, once in reversed(list(enumerate(onces)))}
    places = sorted(first.values())
    found = dict(zip(places, await look(work, [onces[n] for n in places]), strict=True))
    fresh = {n: known.refused_before for n, known in found.items() if isinstance(known, Fresh)}
    answers = await run(fresh) if fresh else ()
    outcomes = _old(found) | await _kept(work, onces, dict(zip(fresh, answers, strict=True)))
    # A second request under a key of this round gets the same answer if it is the same, else it has to wait.
    return [outcomes[first[one.key]] if one == onces[first[one.key]] else None for one in onces]


async def _kept(work: Work, onces: Sequence[Once], answers: Mapping[int, Answer | Problem]) -> dict[int, Outcome]:
    """Answers stored beside their effects; nothing is stored for a problem, which had none."""
    stored = {n: (rendered(one), one.refused) for n, one in answers.items() if isinstance(one, Answer)}
    await keep_all(work, [(onces[n], answer, refused) for n, (answer, refused) in stored.items()])
    problems = {n: one for n, one in answers.items() if isinstance(one, Problem)}
    return {**problems, **{n: answer for n, (answer, _) in stored.items()}}


def _old(found: Mapping[int, Known]) -> dict[int, Outcome]:
    return {n: known for n, known in found.items() if not isinstance(known, Fresh)}


def _content(asked: Asked) -> Content:
    assert isinstance(asked.content, Content)
    return asked.content


def _splits(error: Exception, many: int) -> bool:
    """Whether each may fare better alone: one of them errs, or somebody else holds what one of them needs."""
    if isinstance(error, Apart) or sqlstate_of(error) == LOCK_TIMEOUT:
        return True
    return many > 1 and not isinstance(error, NoFreshKey) and not is_transient(error)
