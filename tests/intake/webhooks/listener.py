"""A partner's https server: real TLS under a certificate of its own, answering as a test tells it to."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.intake.webhooks.sender.outside import Outside

HOST: Final = "hooks.partner.example"
URL: Final = f"https://{HOST}/in?from=baton"
PUBLIC: Final = "93.184.215.14"
"""An address of the internet; what is connected to in its place is this machine."""

_OK: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Heard:
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes
    name: str | None
    """the name that TLS was begun for"""


@dataclass
class Listener:
    """What came, and what is answered."""

    port: int
    trust: ssl.SSLContext
    heard: list[Heard] = field(default_factory=list)
    answer: bytes | Callable[[], bytes] = _OK
    hold: asyncio.Event | None = None
    """answers only when this is set"""
    resolved: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def outside(self, *addresses: str) -> Outside:
        """The way out that leads here, whatever address it takes the host for."""

        async def resolve(host: str) -> list[str]:
            self.resolved.append(host)
            return list(addresses or (PUBLIC,))

        async def connect(address: str, port: int) -> httpcore.AsyncNetworkStream:
            assert port == 443
            self.connected.append(address)
            return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.port)

        return Outside(resolve=resolve, connect=connect, trust=self.trust)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, names: list[str | None]) -> None:
        """One connection, one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.heard.append(Heard(head[0], headers, body, names[-1]))
            if self.hold is not None:
                await self.hold.wait()
            writer.write(self.answer() if callable(self.answer) else self.answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def a_listener(host: str = HOST) -> AsyncIterator[Listener]:
    """Open until the test ends."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = _certificate(Path(folder), host)
        here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        here.load_cert_chain(certificate)
        names: list[str | None] = []
        here.sni_callback = lambda _socket, name, _context: names.append(name)
        trust = ssl.create_default_context(cafile=str(certificate))
        listener = Listener(0, trust)
        server = await asyncio.start_server(lambda r, w: listener.serve(r, w, names), "127.0.0.1", 0, ssl=here)
        listener.port = server.sockets[0].getsockname()[1]
        async with server:
            yield listener


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return pem
