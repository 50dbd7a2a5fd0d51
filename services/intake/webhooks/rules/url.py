"""The URL of an endpoint: https, port 443, a name of the domain system, nothing that names a person or a password."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from services.intake.network.rules.fields import refused

PORT: Final = 443

_VISIBLE: Final = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+", re.ASCII)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_INSIDE: Final = frozenset({"local", "localhost", "internal", "arpa", "home", "lan", "corp", "onion"})
"""Last labels that name no host of the internet; the address is judged again when it is sent to."""


def _checked(url: str) -> str:
    if not _VISIBLE.fullmatch(url):
        raise refused("url", "must be a URL of visible ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme != "https" or port not in (None, PORT):
        raise refused("url", "must be https, on port 443")
    if "@" in parts.netloc or "#" in url:
        raise refused("url", "must have neither a user nor a fragment")
    labels = (parts.hostname or "").split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1] in _INSIDE or labels[-1].isdigit():
        raise refused("url", "must name a host of the internet, not an address")
    return url


EndpointUrl = Annotated[str, StringConstraints(min_length=12, max_length=500), AfterValidator(_checked)]
"""Up to 500 characters."""
