"""Reading a request: media type, bytes counted while they come, query, headers (privacy.md, "Input")."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from services.chassis.http.documents import storable
from services.chassis.http.problems import Problem

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
LINES: Final = "application/x-ndjson"
CSV: Final = "text/csv"

_FIELDS: Final = 100
_SECONDS: Final = 10.0
"""How long a body may take to arrive; no transaction is open meanwhile, but a connection is."""
_FILE_SECONDS: Final = 900.0
"""How long a whole file may take; each piece of it has `_SECONDS`."""
_DRAIN: Final = 1024 * 1024
_DRAIN_SECONDS: Final = 2.0
_CLOSE: Final = {"connection": "close"}
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_STRONG_TAG: Final = re.compile(r'"(0|[1-9][0-9]{0,17})"')
_MEDIA_TYPE: Final = re.compile(r"\s*([a-z0-9/+.-]+)\s*(?:;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.IGNORECASE)


def require_media_type(headers: Headers, *wanted: str) -> str:
    """The media type, one of those wanted.

    Raises:
        Problem: 415 for another type or charset, and for any Content-Encoding: a small gzip may hold a large body.
    """
    encodings = {value.strip().lower() for value in headers.getlist("content-encoding")}
    types = headers.getlist("content-type")
    match = _MEDIA_TYPE.fullmatch(types[0]) if len(types) == 1 else None
    if encodings - {"", "identity"} or match is None or match[1].lower() not in wanted:
        raise Problem(415, "media_type_unsupported", detail=f"Send {' or '.join(wanted)}, UTF-8, not compressed")
    return match[1].lower()


async def read_bytes(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The whole body; 413 as soon as it is over `limit` bytes, 408 when it takes over 10 s to come.

    Raises:
        ClientDisconnect: nobody is there any more to be answered.
    """
    await _refuse_announced(headers, receive, limit)
    try:
        async with asyncio.timeout(_SECONDS):
            return b"".join([part async for part in _counted(receive, limit)])
    except TimeoutError:
        raise _late() from None


async def pieces(headers: Headers, receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """A body as it comes, never held whole; 413 over `limit` bytes, 408 when it stops coming or takes over 15 minutes.

    Raises:
        ClientDisconnect: nobody is there any more to be answered.
    """
    await _refuse_announced(headers, receive, limit)
    coming = _counted(receive, limit)
    ends = asyncio.get_running_loop().time() + _FILE_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(min(ends, asyncio.get_running_loop().time() + _SECONDS)):
                part = await anext(coming, None)
        except TimeoutError:
            raise _late() from None
        if part is None:
            return
        yield part


def too_large(limit: int) -> Problem:
    """413 naming the limit; the connection ends with it, whatever the sender still has to say."""
    return Problem(413, "too_large", detail=f"At most {limit} bytes are read", headers=_CLOSE)


def form_fields(raw: bytes) -> dict[str, str]:
    """The fields of a url-encoded form, each once; one left blank was not filled in and is left out."""
    return {name: text for name, text in _pairs(raw, "body_malformed").items() if text}


def query_fields(query: bytes) -> Mapping[str, str]:
    """The parameters of a query string, each once, storable; 400 otherwise."""
    fields = _pairs(query, "query_malformed")
    if not all(storable(name + text) for name, text in fields.items()):
        raise Problem(400, "query_malformed")
    return fields


def idempotency_key(headers: Headers) -> str:
    """The Idempotency-Key: 1 to 200 visible ASCII characters, once; 400 naming the header otherwise."""
    given = headers.getlist("idempotency-key")
    if len(given) != 1 or not _KEY.fullmatch(given[0]):
        detail = "Send one Idempotency-Key header of 1 to 200 visible ASCII characters, new for each new request"
        raise Problem(400, "idempotency_key_invalid", detail=detail)
    return given[0]


def if_match(headers: Headers) -> int:
    """The version in If-Match: one strong tag as ETag gave it. 428 without the header (RFC 6585), 400 otherwise."""
    given = headers.getlist("if-match")
    if not given:
        raise Problem(428, "if_match_missing", detail="Send the ETag of what you read as If-Match")
    match = _STRONG_TAG.fullmatch(given[0].strip()) if len(given) == 1 else None
    if match is None:
        raise Problem(400, "if_match_invalid")
    return int(match[1])


async def _refuse_announced(headers: Headers, receive: Receive, limit: int) -> None:
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:19]) > limit:
        await _drain(receive)
        raise too_large(limit)


async def _counted(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for part in _parts(receive):
        size += len(part)
        if size > limit:
            await _drain(receive)
            raise too_large(limit)
        yield part


def _late() -> Problem:
    return Problem(408, "timeout", headers=_CLOSE)


async def _drain(receive: Receive) -> None:
    """Throw away a little of what still comes: closing on unread bytes resets the connection and loses the answer."""
    left = _DRAIN
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for part in _parts(receive):
                left -= len(part)
                if left < 0:
                    return
    except (TimeoutError, ClientDisconnect):
        return


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _pairs(raw: bytes, code: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            errors="strict",
            max_num_fields=_FIELDS,
        )
    except ValueError:  # also a UnicodeDecodeError; its text holds the input
        pairs = None
    if pairs is None or len({name for name, _ in pairs}) != len(pairs):
        raise Problem(400, code)
    return dict(pairs)
