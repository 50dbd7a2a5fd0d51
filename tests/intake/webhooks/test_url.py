"""What may be an endpoint's URL."""

import pytest
from pydantic import TypeAdapter, ValidationError

from services.intake.webhooks.rules.url import EndpointUrl

URL: TypeAdapter[str] = TypeAdapter(EndpointUrl)

BAD = {
    "no TLS": "http://hooks.partner.example/in",
    "another port": "https://hooks.partner.example:8443/in",
    "port 0": "https://hooks.partner.example:0/in",
    "a port in words": "https://hooks.partner.example:https/in",
    "an address": "https://93.184.215.14/in",
    "an IPv6 address": "https://[2606:2800:21f::1]/in",
    "a broken IPv6 address": "https://[::1/in",
    "an address in one number": "https://1572395790/in",
    "a last label of digits": "https://a.0x7f.1/in",
    "one label": "https://localhost/in",
    "a name of this machine": "https://hooks.localhost/in",
    "a name of the house": "https://metadata.google.internal/in",
    "a user": "https://me@hooks.partner.example/in",
    "a password": "https://me:secret@hooks.partner.example/in",
    "an empty user": "https://@hooks.partner.example/in",
    "a fragment": "https://hooks.partner.example/in#part",
    "a space": "https://hooks.partner.example/in it",
    "a line break": "https://hooks.partner.example/in\r\nhost: x",
    "a tab": "https://hooks.partner.example/\tin",
    "a backslash": "https://hooks.partner.example\\@inside.example/in",
    "letters of elsewhere": "https://høøks.partner.example/in",
    "no host": "https:///in/there",
    "two dots": "https://hooks..partner.example/in",
    "a label of dashes": "https://-hooks.partner.example/in",
    "a host of 64 letters": f"https://{'a' * 64}.example/in",
    "too long": f"https://hooks.partner.example/{'a' * 500}",
    "another scheme": "ftps://hooks.partner.example/in",
    "javascript": "javascript:alert(1)//x.example",
}

GOOD = (
    "https://hooks.partner.example",
    "https://hooks.partner.example:443/in",
    "https://HOOKS.Partner.example/in?from=baton&x=%20",
    "https://xn--hks-0naa.partner.example/in",
)


@pytest.mark.parametrize("url", BAD.values(), ids=BAD.keys())
def test_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        URL.validate_python(url)


@pytest.mark.parametrize("url", GOOD)
def test_taken(url: str) -> None:
    assert URL.validate_python(url) == url
