"""Whom to trust when fetching: what this system trusts, a company's own authority included, as uv and pip do."""

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
)
_SETTING = "REQUESTS_CA_BUNDLE"


def system_bundle(environment: Mapping[str, str], bundles: tuple[str, ...] = _BUNDLES) -> str | None:
    """The file with the system's certificates: SSL_CERT_FILE, OpenSSL's own, or the distribution's; None when there
    is none.
    """
    places = (environment.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *bundles)
    return next((place for place in places if place and Path(place).is_file()), None)


@contextmanager
def trusting_the_system() -> Iterator[None]:
    """For the length of the block the `requests` library, which brings a list of its own, uses the system's, unless
    it was told another.
    """
    bundle = system_bundle(os.environ)
    if _SETTING in os.environ or "CURL_CA_BUNDLE" in os.environ or bundle is None:
        yield
        return
    os.environ[_SETTING] = bundle
    try:
        yield
    finally:
        del os.environ[_SETTING]
