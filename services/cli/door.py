"""Where Baton answers, and how a verb speaks to it as the operator."""

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from services.chassis.settings import Settings


def origin(settings: "Settings", environment: Mapping[str, str] = os.environ) -> str:
    """BATON_PUBLIC_URL; without one, where `baton up` of this folder listens."""
    if "BATON_PUBLIC_URL" in environment:
        return settings.public_url
    if "BATON_HTTP" in environment:
        return f"http://{settings.http}"
    doors = settings.home / "doors.json"
    port = json.loads(doors.read_text()).get("http") if doors.is_file() else None
    return f"http://127.0.0.1:{port}" if port else settings.public_url


def ask(settings: "Settings", at: str, method: str, path: str, document: object = None) -> "httpx.Response":
    """One request as the operator, with a token made from the key files of this installation.

    Raises:
        Fault: nobody answers, or does not know the token.
    """
    import httpx

    from services.cli.errors import Fault
    from services.intake.access.storage.issuer import operator_token

    if not settings.keys_dir.is_dir():
        raise Fault(f"no keys in {settings.keys_dir}: run this beside `baton up`, or set BATON_KEYS_DIR")
    headers = {"authorization": f"Bearer {operator_token(settings)}"}
    local = httpx.URL(at).host in ("127.0.0.1", "localhost", "::1")
    try:
        with httpx.Client(base_url=at, timeout=60, trust_env=not local) as client:
            response = client.request(method, path, headers=headers, json=document)
    except httpx.TransportError as error:
        raise Fault(f"Baton does not answer at {at} ({type(error).__name__}): is it up?") from None
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise Fault(f"{at} does not know this operator: is BATON_KEYS_DIR the server's own?")
    return response


def problem_of(response: "httpx.Response") -> dict[str, Any]:
    """The problem document of a refusal; empty when there is none."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
