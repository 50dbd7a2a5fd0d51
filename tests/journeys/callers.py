"""Everybody who calls a world's HTTP door, each with what really lets them in."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from services.chassis.auth.identity import Identity, Kind
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.intake.access.storage.issuer import TokenMint
from services.intake.access.storage.keys import issue_key

_TOKEN_LASTS: Final = 40.0
_SECTIONS: Final[dict[Kind, str]] = {"partner": "partners", "sponsor": "sponsors", "staff": "staff"}


class Callers:
    """Partners with their key, staff and sponsors with tokens they exchanged a secret for, the operator with its."""

    def __init__(self, http: str, keys_dir: Path) -> None:
        self._client = httpx.AsyncClient(base_url=http, trust_env=False, timeout=20)
        self._keys_dir = keys_dir
        self.answers: list[bytes] = []
        """every answer as it came, head and body"""
        self._secrets: dict[str, str] = {}
        self._tokens: dict[str, tuple[float, str]] = {}

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def let_in(self, document: dict[str, Any], intake: str) -> None:
        """A secret for everybody in a network document. `intake`: that service's database URL."""
        ring = KeyRing.open(self._keys_dir, create=True)
        database = Database.open(intake, service="intake")
        try:
            async with database.work("system:operator") as work:
                for kind, section in _SECTIONS.items():
                    for item in document[section]:
                        who = Identity(kind, item["id"])
                        self._secrets[str(who)] = await issue_key(work, ring, who, timedelta(hours=12))
        finally:
            await database.close()

    async def ask(
        self, who: str | None, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request with a JSON body; `who` is `partner:quarrel`, `staff:oona`, ...; None sends no credential."""
        told = await self.credential(who) | (headers or {})
        return self._keep(await self._client.request(method, path, json=body, headers=told))

    async def send(self, who: str | None, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """One POST of these bytes, whatever they are."""
        return self._keep(await self._client.post(path, content=content, headers=await self.credential(who) | headers))

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        head = b"".join(name + b": " + value + b"\r\n" for name, value in answer.headers.raw)
        self.answers.append(head + answer.content)
        return answer

    async def credential(self, who: str | None) -> dict[str, str]:
        """The header that lets somebody in."""
        if who is None:
            return {}
        bearer = self._secrets[who] if who.startswith("partner:") else await self._token(who)
        return {"authorization": f"Bearer {bearer}"}

    async def _token(self, who: str) -> str:
        expires, token = self._tokens.get(who, (0.0, ""))
        if time.monotonic() > expires:
            token = TokenMint(self._keys_dir).token(Identity("operator", "local"))
            if not who.startswith("operator:"):
                grant = {"client_id": who, "client_secret": self._secrets[who]}
                answer = await self._client.post("/intake/oauth/token", json=grant)
                assert answer.status_code == 200, answer.text
                token = answer.json()["access_token"]
            self._tokens[who] = (time.monotonic() + _TOKEN_LASTS, token)
        return token
