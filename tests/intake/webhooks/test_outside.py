"""The one way out, against a real TLS server: which address, which name, how long, how much."""

import asyncio
import ssl

import httpcore
import pytest

from services.intake.webhooks.sender import outside
from services.intake.webhooks.sender.outside import ANSWER, Outside
from tests.intake.webhooks.listener import HOST, PUBLIC, URL, Listener, a_listener
from tests.intake.webhooks.test_address import REFUSED


async def test_the_vetted_address_is_connected_to_under_the_name(listener: Listener) -> None:
    sent = await listener.outside("2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC).post(URL, {"x-one": "1"}, b"{}")
    assert (sent.ok, sent.code) == (True, "sent")
    assert listener.resolved == [HOST]
    assert listener.connected == ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
    [heard] = listener.heard
    assert heard.line == "POST /in?from=baton HTTP/1.1"
    assert (heard.headers["host"], heard.name, heard.headers["x-one"], heard.body) == (HOST, HOST, "1", b"{}")


@pytest.mark.parametrize("address", [one for one in REFUSED.values() if one[:1].isdigit() or ":" in one])
async def test_a_name_that_leads_inside_is_not_followed(listener: Listener, address: str) -> None:
    for addresses in ([address], [PUBLIC, address], [address, PUBLIC]):
        sent = await listener.outside(*addresses).post(URL, {}, b"{}")
        assert (sent.ok, sent.code) == (False, "forbidden_address")
    assert (listener.connected, listener.heard) == ([], [])


async def test_a_name_of_nothing_is_not_followed(listener: Listener) -> None:
    async def nothing(_host: str) -> list[str]:
        return []

    way = Outside(resolve=nothing, trust=listener.trust)
    assert (await way.post(URL, {}, b"{}")).code == "forbidden_address"


async def test_only_443_is_spoken_to(listener: Listener) -> None:
    for url in (f"https://{HOST}:8443/", f"http://{HOST}/"):
        assert (await listener.outside().post(url, {}, b"{}")).code == "forbidden_address"
    assert listener.connected == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(listener: Listener, status: int) -> None:
    listener.answer = f"HTTP/1.1 {status} X\r\nlocation: {URL}\r\ncontent-length: 0\r\n\r\n".encode()
    sent = await listener.outside().post(URL, {}, b"{}")
    assert (sent.ok, sent.code, len(listener.heard)) == (False, f"http_{status}", 1)


async def test_a_certificate_of_another_name_is_not_trusted() -> None:
    async with a_listener("other.partner.example") as other:
        assert (await other.outside().post(URL, {}, b"{}")).code == "tls"
        assert other.heard == []


async def test_a_certificate_of_nobody_is_not_trusted(listener: Listener) -> None:
    listener.trust = ssl.create_default_context()
    assert (await listener.outside().post(URL, {}, b"{}")).code == "tls"


async def test_an_answer_that_does_not_come_is_given_up(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    listener.hold = asyncio.Event()
    assert (await listener.outside().post(URL, {}, b"{}")).code == "timeout"
    listener.hold.set()


async def test_a_head_without_end_is_cut(listener: Listener) -> None:
    listener.answer = b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * (ANSWER + 1000) + b"\r\n\r\n"
    assert (await listener.outside().post(URL, {}, b"{}")).code == "answer_too_large"


async def test_of_a_body_nothing_is_needed(listener: Listener) -> None:
    listener.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n" + b"y" * 200_000
    assert (await listener.outside().post(URL, {}, b"{}")).ok


async def test_what_is_no_http_is_named_so(listener: Listener) -> None:
    listener.answer = b"220 mail.partner.example ESMTP\r\n"
    assert (await listener.outside().post(URL, {}, b"{}")).code == "not_http"


async def test_the_next_vetted_address_is_tried(listener: Listener) -> None:
    open_way, tried = listener.outside(), list[str]()

    async def connect(address: str, port: int) -> httpcore.AsyncNetworkStream:
        tried.append(address)
        if address != PUBLIC:
            raise httpcore.ConnectError
        return await open_way._guard._connect(address, port)

    async def resolve(_host: str) -> list[str]:
        return ["2a00:1450:4001:80b::200e", PUBLIC]

    assert (await Outside(resolve=resolve, connect=connect, trust=listener.trust).post(URL, {}, b"{}")).ok
    assert tried == ["2a00:1450:4001:80b::200e", PUBLIC]


async def test_a_real_name_of_this_machine_is_forbidden(listener: Listener) -> None:
    """With the real resolver and the real way out."""
    assert (
        await Outside(trust=listener.trust).post(f"https://localhost:{443}/", {}, b"{}")
    ).code == "forbidden_address"
