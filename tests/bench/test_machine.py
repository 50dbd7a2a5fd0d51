import os
import socket
import time

from tests.bench.machine import Meter, about_machine, listener, memory_mb


def test_what_we_burn_is_found_under_our_name() -> None:
    meter = Meter({"me": (os.getpid(),)}).begin()
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    taken = meter.taken(elsewhere=1.5)
    assert 0.25 <= taken.seconds["me"] <= 5
    assert taken.seconds["elsewhere"] == 1.5
    assert "me" in str(taken)


def test_a_process_that_is_gone_took_nothing_more() -> None:
    assert Meter({"nobody": (2**22 + 5,)}).begin().taken().seconds["nobody"] == 0


def test_who_listens_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert listener(server.getsockname()[1]) == (os.getpid(),)


def test_memory_and_machine_are_read() -> None:
    assert memory_mb(os.getpid()) > 10
    assert about_machine()["cores"] == os.cpu_count()
