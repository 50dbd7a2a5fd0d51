"""Signatures at rest: sealed under a key of routing's that lies outside the database (S7)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from contracts.envelope import Fact
from contracts.tokens.facts import MatchTokens
from services.chassis.crypto.secrets import KEY_BYTES, KeyRing
from services.chassis.crypto.vault import seal, unseal
from services.chassis.work import Work
from services.routing.duplicates.rules.signature import NotASignature, Signature

KEY_FILE: Final = "routing-signatures.key"

_FIELD: Final = "signature"
_KEY_ID: Final = UUID(int=1)

_KEEP: Final = """
insert into match_signature (lead, study, site, partner, is_test, sealed)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::bytea[]) as t
on conflict (lead) do update set sealed = excluded.sealed
"""


class Signatures:
    """Keeps and opens them. The key file is read when it is first needed."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._key: bytes | None = None

    async def keep(self, work: Work, facts: Iterable[Fact[MatchTokens]]) -> None:
        """Those that these facts carry. One statement, none without."""
        rows = [
            (UUID(fact.key), fact.body.study, fact.body.site, fact.body.partner, fact.is_test, self._sealed(fact))
            for fact in facts
            if fact.body.signature is not None
        ]
        if rows:
            await work.run(_KEEP, *(list(column) for column in zip(*rows, strict=True)))

    async def read(self, work: Work, leads: Sequence[UUID]) -> Mapping[UUID, Signature]:
        """The signatures of these leads, as far as there are any of a layout known here."""
        rows = await work.fetch("select lead, sealed from match_signature where lead = any($1::uuid[])", leads)
        opened = {row["lead"]: self._opened(row["lead"], row["sealed"]) for row in rows}
        return {lead: signature for lead, signature in opened.items() if signature is not None}

    def _sealed(self, fact: Fact[MatchTokens]) -> bytes:
        said = (fact.body.signature or "").encode()
        return seal(self._secret, lead=UUID(fact.key), field=_FIELD, key_id=_KEY_ID, plaintext=said)

    def _opened(self, lead: UUID, sealed: bytes) -> Signature | None:
        said = unseal(self._secret, lead=lead, field=_FIELD, key_id=_KEY_ID, sealed=sealed)
        try:
            return Signature.read(said.decode())
        except NotASignature:
            return None

    @property
    def _secret(self) -> bytes:
        if self._key is None:
            self._key = self._ring.read_or_make(KEY_FILE, KEY_BYTES)
        return self._key
