"""The API's page and its OpenAPI say of every route what the route itself declares."""

import json
import re
import shlex
from html import unescape

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.doors import Doors

SERVICES = {"intake": "/intake", "routing": "/desk", "sla": "/sla", "reporting": "/reports"}


async def page_of(doors: Doors, service: str) -> tuple[str, httpx.Response]:
    client = await doors.ask(service, None)
    page = await client.get(f"{SERVICES[service]}/docs")
    assert page.status_code == 200
    return page.text, page


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_stands_on_the_page_and_every_link_leads_somewhere(doors: Doors, service: str) -> None:
    text, page = await page_of(doors, service)
    document = (await (await doors.ask(service, None)).get(f"{SERVICES[service]}/openapi.json")).json()
    shown = set(re.findall(r"<strong>([A-Z]+)</strong> (\S+?)</code>", unescape(text)))
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert shown == told
    assert told
    ids = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_openapi_names_nothing_that_it_does_not_have(doors: Doors, service: str) -> None:
    document = (await (await doors.ask(service, None)).get(f"{SERVICES[service]}/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for name in set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document))):
        assert name in document["components"]["schemas"]
    operations = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(operations) == len(set(operations))


async def test_the_examples_of_the_page_are_what_the_schema_allows(doors: Doors) -> None:
    document = (await (await doors.ask("intake", None)).get("/intake/openapi.json")).json()
    body = document["paths"]["/intake/v1/referrals"]["post"]["requestBody"]["content"]["application/json"]
    schema = {**body["schema"], "components": document["components"]}
    for example in body["examples"].values():
        assert list(Draft202012Validator(schema).iter_errors(example["value"])) == []


async def test_an_example_can_be_pasted_into_a_shell(doors: Doors) -> None:
    text, _ = await page_of(doors, "intake")
    examples = [unescape(one) for one in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", text, re.DOTALL)]
    words = [shlex.split(example.replace("\\\n", "")) for example in examples]
    assert all(one[0] == "curl" for one in words)
    [sent] = [one for one in words if one[-1].startswith("{") and "$BATON/intake/v1/referrals" in one]
    assert json.loads(sent[-1])["person"]["given_name"] == "Ada"
    assert "Authorization: Bearer $KEY" in sent
