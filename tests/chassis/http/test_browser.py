"""A browser at a service: let in by its cookie, asked from our own pages only, never told more than a token says."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.chassis.auth.identity import Identity
from services.chassis.auth.keys import mint_key
from services.chassis.auth.signing import Issuer
from services.chassis.http.app import service_app
from services.chassis.http.routes import Route
from services.chassis.service import Parts
from tests.chassis.http.conftest import Asking, Opening
from tests.chassis.http.harbour import ROUTES, STAFF, Visit, a_boat, a_service, visit

OURS = {"sec-fetch-site": "same-origin"}
FORM = Route("POST", "/harbour/crew", visit, STAFF, "nobody's", "Come aboard", form=Visit)


def a_browser(asking: Asking, issuer: Issuer, who: str = "staff:ines", *, ago: int = 0) -> httpx.AsyncClient:
    identity = Identity.parse(who)
    assert identity is not None
    browser = asking(None)
    browser.headers["accept"] = "text/html,*/*"
    browser.cookies["baton_token"] = issuer.token(identity, datetime.now(UTC) - timedelta(seconds=ago))
    return browser


async def test_a_cookie_lets_in_where_its_owner_may(asking: Asking, issuer: Issuer) -> None:
    seen = [await a_browser(asking, issuer, who).get("/harbour/v1/whoami") for who in ("operator:root", "staff:ines")]
    assert [answer.status_code for answer in seen] == [200, 403]


async def test_a_header_wins_over_a_cookie(asking: Asking, issuer: Issuer) -> None:
    browser = a_browser(asking, issuer, "operator:root")
    answer = await browser.get("/harbour/v1/whoami", headers={"authorization": "Bearer none"})
    assert (answer.status_code, "location" in answer.headers) == (401, False)


async def test_a_key_in_a_cookie_is_no_key(asking: Asking) -> None:
    browser = asking(None)
    browser.cookies["baton_token"] = mint_key("partner", "openhand")
    assert (await browser.get("/harbour/v1/boats/01900000-0000-7000-8000-000000000000")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [(OURS, 202), ({}, 403), ({"sec-fetch-site": "cross-site"}, 403), ({"origin": "https://evil.example"}, 403)],
    ids=["our own page", "nobody says where", "another site", "another origin"],
)
async def test_a_command_with_a_cookie_comes_from_our_own_pages(
    asking: Asking, issuer: Issuer, headers: dict[str, str], status: int
) -> None:
    browser = a_browser(asking, issuer, "partner:openhand")
    answer = await browser.post("/harbour/v1/boats", json=a_boat(), headers=headers | {"idempotency-key": "c"})
    assert answer.status_code == status


@pytest.mark.parametrize("ago", [61, None], ids=["a token that is over", "no token"])
async def test_a_page_that_is_asked_without_a_token_comes_by_way_of_the_sign_in(
    asking: Asking, issuer: Issuer, ago: int | None
) -> None:
    browser = a_browser(asking, issuer, ago=ago or 0)
    if ago is None:
        browser.cookies.clear()
    answer = await browser.get("/harbour/v1/whoami?a=1&b=%2F")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in/refresh?next=%2Fharbour%2Fv1%2Fwhoami%3Fa%3D1%26b%3D%252F"
    assert (await asking(None).get("/harbour/v1/whoami")).status_code == 401  # a program is told as before


async def test_a_form_that_comes_too_late_is_given_back_to_be_sent_again(
    opening: Opening, parts: Parts, issuer: Issuer
) -> None:
    asking = opening(service_app(a_service(routes=(*ROUTES, FORM)), parts))
    browser = a_browser(asking, issuer, ago=61)
    filled = {"crew": "3", "note": '"><script>'}
    late = await browser.post("/harbour/crew?x=1", data=filled, headers=OURS)
    assert late.status_code == 401
    assert 'name="crew" value="3"' in late.text
    assert 'value="&quot;&gt;&lt;script&gt;"' in late.text
    assert 'action="/harbour/crew?x=1"' in late.text
    forged = await browser.post("/harbour/crew", data=filled, headers={"sec-fetch-site": "cross-site"})
    assert (forged.status_code, "crew" in forged.text) == (403, False)
    browser = a_browser(asking, issuer)
    assert (await browser.post("/harbour/crew", data=filled, headers=OURS)).status_code == 303
