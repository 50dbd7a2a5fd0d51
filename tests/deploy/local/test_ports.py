"""Ports are free, remembered, and outside the range of outgoing connections."""

import secrets
import socket
import threading
from pathlib import Path

import pytest

from deploy.local.ports import free_port, is_free, remembered_ports


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) != port


def test_a_port_with_closing_connections_is_given_to_who_asks_for_it_and_not_by_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closing, other = free_port(), free_port()
    with socket.create_server(("127.0.0.1", closing)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()  # who closes first waits (TIME_WAIT), and the port with it
    drawn = iter((closing - 20_000, other - 20_000))
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    assert free_port(closing) == closing
    assert free_port() == other


def test_ports_lie_below_the_range_of_outgoing_connections() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(free_port() < lowest for _ in range(20))


def test_the_same_ports_come_back(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", {"a": None, "b": None})
    assert remembered_ports(tmp_path / "ports.json", {"b": None, "a": None}) == first
    assert first["a"] != first["b"]


def test_a_port_that_is_given_back_in_time_is_kept(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", {"a": None})
    server = socket.create_server(("127.0.0.1", first["a"]))
    timer = threading.Timer(0.3, server.close)
    timer.start()
    assert remembered_ports(tmp_path / "ports.json", {"a": None}, patience=10) == first
    timer.join()


def test_a_port_taken_meanwhile_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", {"a": None, "b": None})
    with socket.create_server(("127.0.0.1", first["a"])):
        second = remembered_ports(tmp_path / "ports.json", {"a": None, "b": None}, patience=0.1)
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
