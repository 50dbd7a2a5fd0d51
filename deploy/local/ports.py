"""Free ports on 127.0.0.1, remembered per stack so that a restart keeps its addresses."""

import json
import secrets
import socket
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from deploy.local.addresses import HOST
from deploy.local.errors import StackError

_LOWEST = 20_000
_TRIES = 200


def remembered_ports(file: Path, wanted: Mapping[str, int | None], patience: float = 3.0) -> dict[str, int]:
    """A port for each name: the one used last time if it is still free, else the preferred one, else any free one.

    A port used last time is waited for, `patience` seconds in all: a server of ours that was just killed may still be
    dying on it. The answer is written back to the file. Only the holder of the stack's lock may call this.
    """
    deadline = time.monotonic() + patience
    before: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    found: dict[str, int] = {}
    for name, preferred in wanted.items():
        while name in before and not is_free(before[name]) and time.monotonic() < deadline:
            time.sleep(0.05)
        found[name] = free_port(before.get(name), preferred, taken=set(found.values()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(before | found))
    return found


def free_port(*preferred: int | None, taken: Collection[int] = ()) -> int:
    """The first preferred port that is free, else a free one below the range the kernel hands to outgoing connections.

    A port from that range could be lent to any client while our server restarts, and the server could not come back
    to it. A port that nobody asked for is free of closing connections too: not every server listens past them.
    """
    for port in preferred:
        if port is not None and port not in taken and is_free(port):
            return port
    highest = max(_outgoing_from() - 1, _LOWEST + 1000)
    for _ in range(_TRIES):
        port = _LOWEST + secrets.randbelow(highest - _LOWEST)
        if port not in taken and is_free(port, past_closing=False):
            return port
    raise StackError(f"no free port between {_LOWEST} and {highest} on {HOST}")


def is_free(port: int, *, past_closing: bool = True) -> bool:
    """Whether a server could listen there now; past connections that are still closing where it says SO_REUSEADDR."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(past_closing))
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _outgoing_from() -> int:
    """The lowest port of the kernel's range for outgoing connections (Linux; its default elsewhere)."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        return 32_768
